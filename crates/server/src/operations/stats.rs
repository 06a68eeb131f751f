use runtime::{Distribution, Step, TurnPart};
use serde_json::{Map, Value, json};

use super::{
    figures::{Figures, providers},
    prometheus::{part_name, stage_name, step_name},
};

/// For a person, or a page that asks now and then. Counts are of this process, since its start.
pub(super) fn of(figures: &Figures<'_>) -> Value {
    let (hub, registry) = (&figures.app.hub, figures.registry);
    let meter = hub.meter();
    json!({
        "activeSessions": hub.len(),
        "totalMemory": figures.process.resident_bytes,
        "uptimeMs": u64::try_from(figures.uptime.as_millis()).unwrap_or(u64::MAX),
        "connections": registry.len(),
        "waitingBytes": registry.waiting_bytes(),
        "threads": figures.process.threads,
        "tasks": figures.tasks,
        "openFiles": figures.process.open_files,
        "recordingsPending": figures.app.archive.pending(),
        "sessionsOpened": meter.sessions_opened.get(),
        "chunks": meter.chunks.get(),
        "audioBytes": meter.audio_bytes.get(),
        "segments": meter.segments.get(),
        "turns": meter.turns.get(),
        "replies": meter.replies.get(),
        "interruptions": meter.interruptions.get(),
        "problems": problems(figures),
        "providers": providers(hub),
        "latencies": Step::ALL.into_iter().map(|step| (step_name(step).to_owned(), latency(&meter.durations(step).now())))
            .collect::<Map<_, _>>(),
        "turnLatencies": TurnPart::ALL.into_iter().map(|part| (part_name(part).to_owned(), latency(&meter.turn_part(part).now())))
            .collect::<Map<_, _>>(),
    })
}

fn problems(figures: &Figures<'_>) -> Map<String, Value> {
    let mut of_stage = Map::new();
    for (stage, _, count) in figures.app.hub.meter().problems() {
        let sum = of_stage.get(stage_name(stage)).and_then(Value::as_u64).unwrap_or(0) + count;
        of_stage.insert(stage_name(stage).to_owned(), sum.into());
    }
    of_stage
}

fn latency(distribution: &Distribution) -> Value {
    let ms = |share| distribution.quantile(share).map(|time| (time.as_secs_f64() * 10_000.0).round() / 10.0);
    json!({ "count": distribution.count(), "p50Ms": ms(0.5), "p95Ms": ms(0.95) })
}
