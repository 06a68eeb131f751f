//! The figures in the text format of Prometheus. Every name stays what it is: dashboards and alerts are built on them.

use std::fmt::{Display, Write as _};

use protocol::ErrorCode;
use runtime::{BOUNDS_MS, Distribution, Step, TurnPart};
use session::{EndReason, FailureKind, Stage};

use super::figures::{Figures, providers};

pub(super) fn text(figures: &Figures<'_>) -> String {
    let mut page = Page::default();
    of_process(&mut page, figures);
    of_connections(&mut page, figures);
    of_sessions(&mut page, figures);
    of_turns(&mut page, figures);
    page.0
}

fn of_process(page: &mut Page, figures: &Figures<'_>) {
    page.one("repartee_uptime_seconds", GAUGE, "Since the process began to serve", figures.uptime.as_secs_f64());
    page.one("process_resident_memory_bytes", GAUGE, "Memory in use", figures.process.resident_bytes);
    page.one("process_threads", GAUGE, "Threads of the operating system", figures.process.threads);
    page.one("process_open_fds", GAUGE, "Open files and sockets", figures.process.open_files);
    page.one("repartee_tasks", GAUGE, "Tasks alive in the async runtime", figures.tasks);
    page.family("repartee_build_info", GAUGE, "Which version runs");
    page.sample("repartee_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    page.family("repartee_provider_info", GAUGE, "Who works in which role");
    for (role, provider) in providers(&figures.app.hub).as_object().into_iter().flatten() {
        let name = provider["name"].as_str().unwrap_or_default();
        let demo = if provider["demo"] == true { "true" } else { "false" };
        page.sample("repartee_provider_info", &[("role", role), ("name", name), ("demo", demo)], 1);
    }
}

fn of_connections(page: &mut Page, figures: &Figures<'_>) {
    let (registry, traffic) = (figures.registry, figures.registry.traffic());
    page.one("repartee_connections", GAUGE, "Sockets that were let in and are open now", registry.len());
    page.one(
        "repartee_connections_opened_total",
        COUNTER,
        "Sockets let in or sent away",
        traffic.connections_opened.get(),
    );
    page.one(
        "repartee_connections_congested_total",
        COUNTER,
        "Sockets closed because nobody read",
        traffic.congested.get(),
    );
    page.one("repartee_waiting_bytes", GAUGE, "Received and not handled yet", registry.waiting_bytes());
    page.family("repartee_refused_total", COUNTER, "Errors that clients were told, by code");
    for (code, count) in traffic.refused() {
        page.sample("repartee_refused_total", &[("code", &code_name(code))], count);
    }
}

fn of_sessions(page: &mut Page, figures: &Figures<'_>) {
    let (hub, meter) = (&figures.app.hub, figures.app.hub.meter());
    let most = figures.app.config.limits.max_sessions;
    page.one("repartee_sessions", GAUGE, "Sessions open now", hub.len());
    page.one("repartee_sessions_limit", GAUGE, "Sessions that may be open; 0 is unlimited", most.unwrap_or(0));
    page.one("repartee_sessions_opened_total", COUNTER, "Sessions opened or taken up", meter.sessions_opened.get());
    let pending = figures.app.archive.pending();
    page.one("repartee_recordings_pending", GAUGE, "Sessions that are over and wait for their recording", pending);
    page.family("repartee_sessions_ended_total", COUNTER, "Sessions that are over, by reason");
    for (reason, count) in meter.ended() {
        page.sample("repartee_sessions_ended_total", &[("reason", reason_name(reason))], count);
    }
}

fn of_turns(page: &mut Page, figures: &Figures<'_>) {
    let meter = figures.app.hub.meter();
    page.one("repartee_chunks_total", COUNTER, "Chunks of audio taken", meter.chunks.get());
    page.one("repartee_audio_bytes_total", COUNTER, "Bytes of audio taken, as received", meter.audio_bytes.get());
    let lost = meter.lost_audio_bytes.get();
    page.one("repartee_audio_lost_bytes_total", COUNTER, "Bytes of audio that no store took in time", lost);
    page.one("repartee_segments_total", COUNTER, "Segments of audio stored", meter.segments.get());
    page.one("repartee_turns_total", COUNTER, "Turns of users", meter.turns.get());
    page.one("repartee_replies_total", COUNTER, "Answers of personas", meter.replies.get());
    page.one("repartee_interruptions_total", COUNTER, "Answers that were cut short", meter.interruptions.get());
    let about = "Attempts to store or to write down that failed and are made again, by step";
    page.family("repartee_failed_attempts_total", COUNTER, about);
    for (step, count) in [(Step::Store, &meter.failed_puts), (Step::Commit, &meter.failed_commits)] {
        page.sample("repartee_failed_attempts_total", &[("step", step_name(step))], count.get());
    }
    let about = "Failures that trainees were told of, by stage and kind; of a store that stays away they are told once";
    page.family("repartee_problems_total", COUNTER, about);
    for (stage, kind, count) in meter.problems() {
        let labels = [("stage", stage_name(stage)), ("kind", kind_name(kind))];
        page.sample("repartee_problems_total", &labels, count);
    }
    page.family("repartee_step_seconds", "histogram", "How long work took that succeeded, by step");
    for step in Step::ALL {
        page.histogram("repartee_step_seconds", ("step", step_name(step)), &meter.durations(step).now());
    }
    let about = "From the user's last word to the persona's first, by part";
    page.family("repartee_turn_seconds", "histogram", about);
    for part in TurnPart::ALL {
        page.histogram("repartee_turn_seconds", ("part", part_name(part)), &meter.turn_part(part).now());
    }
}

pub(super) fn step_name(step: Step) -> &'static str {
    match step {
        Step::Store => "store",
        Step::Transcribe => "transcribe",
        Step::FirstToken => "first_token",
        Step::Answer => "answer",
        Step::Speak => "speak",
        Step::Animate => "animate",
        Step::Commit => "commit",
    }
}

pub(super) fn part_name(part: TurnPart) -> &'static str {
    match part {
        TurnPart::EndOfTurn => "end_of_turn",
        TurnPart::Stored => "stored",
        TurnPart::Transcribed => "transcribed",
        TurnPart::FirstToken => "first_token",
        TurnPart::FirstSentence => "first_sentence",
        TurnPart::FirstAudio => "first_audio",
        TurnPart::Played => "played",
        TurnPart::Unaccounted => "unaccounted",
        TurnPart::Total => "total",
    }
}

pub(super) fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Store => "store",
        Stage::Transcribe => "transcribe",
        Stage::Answer => "answer",
        Stage::Speak => "speak",
        Stage::Animate => "animate",
    }
}

fn kind_name(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Unavailable => "unavailable",
        FailureKind::RateLimited => "rate_limited",
        FailureKind::TimedOut => "timed_out",
        FailureKind::Rejected => "rejected",
        FailureKind::Garbled => "garbled",
    }
}

fn reason_name(reason: EndReason) -> &'static str {
    match reason {
        EndReason::UserEnded => "user_ended",
        EndReason::Idle => "idle",
        EndReason::MaxLength => "max_length",
        EndReason::Disconnected => "disconnected",
        EndReason::Suspended => "suspended",
    }
}

/// As clients see it.
fn code_name(code: ErrorCode) -> String {
    let name = serde_json::to_value(code).ok();
    name.and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

const GAUGE: &str = "gauge";
const COUNTER: &str = "counter";

#[derive(Default)]
struct Page(String);

impl Page {
    fn one(&mut self, name: &str, kind: &str, help: &str, value: impl Display) {
        self.family(name, kind, help);
        self.sample(name, &[], value);
    }

    fn family(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"));
    }

    /// The values of labels hold neither quotes nor line breaks: they are ours, or a provider's short name.
    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
        match labels.as_slice() {
            [] => self.line(format_args!("{name} {value}")),
            labels => self.line(format_args!("{name}{{{}}} {value}", labels.join(","))),
        }
    }

    fn histogram(&mut self, name: &str, label: (&str, &str), distribution: &Distribution) {
        let mut so_far = 0;
        let bounds = BOUNDS_MS.into_iter().map(|ms| (ms as f64 / 1_000.0).to_string()).chain(["+Inf".to_owned()]);
        for (bound, count) in bounds.zip(distribution.buckets) {
            so_far += count;
            self.sample(&format!("{name}_bucket"), &[label, ("le", &bound)], so_far);
        }
        self.sample(&format!("{name}_sum"), &[label], distribution.sum.as_secs_f64());
        self.sample(&format!("{name}_count"), &[label], so_far);
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        writeln!(self.0, "{line}").expect("a String takes every text");
    }
}
