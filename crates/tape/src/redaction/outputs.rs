use session::{Event, Fact, Output, Work, outline};

use super::inputs::{redact_animation, redact_language, redact_name};

/// Nothing is decided by them any more, so they keep no word at all.
pub(crate) fn redact_outputs(outputs: &mut [Output]) {
    for output in outputs {
        match output {
            Output::Event(event) => redact_event(event),
            Output::Start(_, work) => redact_work(work),
            Output::Record(fact) => redact_fact(fact),
            Output::Cut(_) | Output::Mouth(_) | Output::Finish(_) | Output::Cancel(_) => (),
        }
    }
}

fn redact_event(event: &mut Event) {
    match event {
        Event::Partial { text, .. }
        | Event::ReplyDelta { text, .. }
        | Event::Reply { text, .. }
        | Event::Interrupted { heard_text: text, .. } => *text = outline(text),
        Event::Transcript { text, language, .. } => {
            *text = outline(text);
            redact_language(language);
        }
        Event::Face { audio, animation, .. } => {
            redact_name(audio);
            animation.as_deref_mut().into_iter().for_each(redact_animation);
        }
        Event::State { .. }
        | Event::AudioStored(_)
        | Event::SpeechStarted { .. }
        | Event::SpeechStopped { .. }
        | Event::Silence { .. }
        | Event::Latency(_)
        | Event::TurnsUsedUp { .. }
        | Event::Problem(_)
        | Event::AudioLost { .. }
        | Event::Ended { .. } => (),
    }
}

fn redact_work(work: &mut Work) {
    match work {
        Work::Store { .. } | Work::Keep { .. } => (),
        Work::Transcribe { language, .. } | Work::Listen { language, .. } => redact_language(language),
        Work::Answer { language, history, .. } => {
            redact_language(language);
            for line in history {
                line.text = outline(&line.text).into();
            }
        }
        Work::Speak { text, language, voice, .. } => {
            *text = outline(text);
            redact_language(language);
            redact_name(voice);
        }
        Work::Animate { text, language, .. } => {
            *text = outline(text);
            redact_language(language);
        }
    }
}

fn redact_fact(fact: &mut Fact) {
    match fact {
        Fact::Heard { text, language, .. } => {
            *text = outline(text);
            redact_language(language);
        }
        Fact::Answered { text, .. } | Fact::CutShort { heard_text: text, .. } => *text = outline(text),
        Fact::Spoken { audio, .. } => *audio = outline(audio),
        Fact::Stored { .. } | Fact::Part { .. } | Fact::Ended { .. } => (),
    }
}
