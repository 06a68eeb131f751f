use std::sync::Arc;

use ports::{Catalog as _, SessionId, StoreError, Timestamp};

use super::{
    house::{House, Shelf},
    recordings::{end, segments, session_of_kim, store},
};
use crate::clock;

fn unavailable() -> StoreError {
    StoreError::Unavailable("the store is away".to_owned())
}

async fn is_recorded(house: &House, session: &SessionId) -> bool {
    house.database.recording(session).await.unwrap().is_some()
}

#[tokio::test]
async fn sessions_that_cannot_be_recorded_keep_no_other_from_it_and_are_tried_again() {
    let shelf = Arc::new(Shelf::default());
    let house = House::over(shelf.clone()).await;
    let now = clock::now();
    let mut bad = Vec::new();
    for number in 0..25 {
        let session = session_of_kim(&house).await;
        store(&house, session.as_str(), &segments()[..1]).await;
        end(&house, &session, Timestamp(now.0 + number)).await;
        let refused = StoreError::Refused("no right to read it".to_owned());
        shelf.fail(&session, if number == 0 { unavailable() } else { refused });
        bad.push(session);
    }
    let good = session_of_kim(&house).await;
    store(&house, good.as_str(), &segments()[..1]).await;
    end(&house, &good, Timestamp(now.0 + 1_000)).await;

    house.app.archive.record_pending(now).await.unwrap();
    assert!(is_recorded(&house, &good).await);
    assert_eq!(house.app.archive.pending(), 25);

    shelf.recover();
    house.app.archive.record_pending(now).await.unwrap();
    assert_eq!(house.app.archive.pending(), 25, "it is too early");
    house.app.archive.record_pending(Timestamp(now.0 + 5_000)).await.unwrap();
    assert_eq!(house.app.archive.pending(), 0);
    for session in &bad {
        assert!(is_recorded(&house, session).await, "{session}");
    }
}
