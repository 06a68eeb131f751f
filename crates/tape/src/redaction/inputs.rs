use session::{Animation, Briefing, Command, Input, OpEvent, outline, redact};

/// Who does the work is named; what was said and what things are called is not.
pub(super) fn redact_input(input: &mut Input) {
    match input {
        Input::Client(command) => redact_command(command),
        Input::Op(_, event) => redact_report(event),
        Input::Link(_) | Input::Suspend | Input::Tick => (),
    }
}

pub(super) fn redact_briefing(briefing: &mut Briefing) {
    let Briefing { language, voice, history, .. } = briefing;
    redact_language(language);
    redact_name(voice);
    for line in history {
        line.text = redact(&line.text).into();
    }
}

pub(super) fn redact_animation(animation: &mut Animation) {
    let Animation { video_url, visemes: _, expression } = animation;
    redact_name(video_url);
    redact_name(expression);
}

/// A language tag tells nobody's secret; whatever else stands there might.
pub(super) fn redact_language(language: &mut String) {
    let is_tag = language.len() <= 35
        && language
            .split('-')
            .all(|part| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()));
    if !is_tag {
        *language = outline(language);
    }
}

pub(super) fn redact_name(name: &mut Option<String>) {
    if let Some(name) = name {
        *name = outline(name);
    }
}

fn redact_command(command: &mut Command) {
    match command {
        Command::Said { text, confidence: _ } | Command::Saying { text } => *text = redact(text),
        Command::SetLanguage { language, voice } => {
            redact_language(language);
            redact_name(voice);
        }
        Command::Audio { .. }
        | Command::EndTurn
        | Command::Interrupt { .. }
        | Command::Played { .. }
        | Command::Pause
        | Command::Resume
        | Command::Adopt(_)
        | Command::End => (),
    }
}

/// Of a text that comes in parts, a part by itself tells nothing.
fn redact_report(event: &mut OpEvent) {
    match event {
        OpEvent::Heard { text, language, confidence: _, by: _ } => {
            *text = redact(text);
            if let Some(language) = language {
                redact_language(language);
            }
        }
        OpEvent::Token(text) | OpEvent::Partial { text, stable_chars: _ } => *text = outline(text),
        OpEvent::Kept { audio, duration_ms: _ } => *audio = outline(audio),
        OpEvent::Animated { animation, by: _ } => redact_animation(animation),
        OpEvent::Stored(_)
        | OpEvent::Answered { .. }
        | OpEvent::Voiced { .. }
        | OpEvent::Word { .. }
        | OpEvent::Spoken { .. }
        | OpEvent::Failed(_) => (),
    }
}
