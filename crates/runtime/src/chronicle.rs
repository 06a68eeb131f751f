//! Counts what a session lives through, and logs its beginning and its end.

use ports::SessionId;
use session::{EndReason, Event};

use crate::{Meter, translate};

pub(crate) fn opened(meter: &Meter, session: &SessionId, scenario: &str, resumed: bool) {
    meter.sessions_opened.add(1);
    tracing::info!(session.id = %session, scenario.id = scenario, resumed, "A session is open");
}

pub(crate) fn told(meter: &Meter, session: &SessionId, event: &Event) {
    match event {
        Event::AudioStored(stored) => meter.segments.add(stored.last_segment + 1 - stored.first_segment),
        Event::Transcript { .. } => meter.turns.add(1),
        Event::Reply { .. } => meter.replies.add(1),
        Event::Interrupted { .. } => meter.interruptions.add(1),
        Event::Latency(latency) => meter.on_latency(latency),
        Event::Problem(problem) => meter.on_problem(problem),
        Event::AudioLost { bytes } => {
            meter.lost_audio_bytes.add(*bytes);
            tracing::error!(session.id = %session, bytes, "Audio is lost: the store was away for too long");
        }
        Event::Ended { reason, turns, duration_ms } => ended(meter, session, *reason, *turns, *duration_ms),
        _ => (),
    }
}

fn ended(meter: &Meter, session: &SessionId, reason: EndReason, turns: u32, duration_ms: u64) {
    meter.on_ended(reason);
    let reason = translate::end_reason(reason);
    tracing::info!(session.id = %session, reason, turns, duration_ms, "A session is over");
}
