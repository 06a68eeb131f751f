//! Many trainees at once.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::{sync::watch, task::JoinSet, time::timeout};

use crate::{
    tally::Tally,
    trainee::{Load, Stage, Trainee},
};

/// Trainees that arrived together and do the same; dropping it hangs up on all of them.
pub(crate) struct Fleet {
    load: Arc<Load>,
    pub(crate) tally: Arc<Tally>,
    stage: watch::Sender<Stage>,
    trainees: JoinSet<()>,
}

/// Connections that are being made at the same time.
const ARRIVING: usize = 32;
/// An ending session may finish what was begun.
const FAREWELL: Duration = Duration::from_secs(20);

impl Fleet {
    pub(crate) fn new(load: Load) -> Self {
        let (stage, _) = watch::channel(Stage::Quiet);
        Self { load: Arc::new(load), tally: Arc::new(Tally::new()), stage, trainees: JoinSet::new() }
    }

    /// Lets more trainees arrive until there are so many.
    pub(crate) async fn grow_to(&mut self, sessions: usize) -> anyhow::Result<()> {
        let arriving = (self.trainees.len()..sessions).map(|number| Trainee::arrive(Arc::clone(&self.load), number));
        let mut arriving = stream::iter(arriving).buffer_unordered(ARRIVING);
        while let Some(trainee) = arriving.try_next().await? {
            self.trainees.spawn(trainee.practise(self.stage.subscribe(), Arc::clone(&self.tally)));
        }
        Ok(())
    }

    pub(crate) fn chunk_bytes(&self) -> u64 {
        self.load.recording.chunk(0).bytes.len() as u64
    }

    pub(crate) fn speak(&self, interval: Duration) {
        self.stage.send_replace(Stage::Speaking { interval, trainees: self.trainees.len() });
    }

    pub(crate) fn flood(&self, window: usize) {
        self.stage.send_replace(Stage::Flooding { window });
    }

    pub(crate) fn be_quiet(&self) {
        self.stage.send_replace(Stage::Quiet);
    }

    /// Ends the sessions; answers how many did not end in time.
    pub(crate) async fn leave(mut self) -> usize {
        self.stage.send_replace(Stage::Leaving);
        let all_left = async { while self.trainees.join_next().await.is_some() {} };
        let _ = timeout(FAREWELL, all_left).await;
        self.trainees.len()
    }
}
