use std::time::Duration;

use secrecy::SecretString;

use super::{
    parse::{self, WEB_ADDRESS, YES_OR_NO},
    values::Values,
    variable::Variable,
};

/// Who listens, answers, speaks and shows a face, as far as the configuration decides it.
#[derive(Debug)]
pub struct Providers {
    pub speech_to_text: SpeechToTextChoice,
    pub language_model: LanguageModelChoice,
    pub text_to_speech: TextToSpeechChoice,
    pub avatar: AvatarChoice,
    pub speech_to_text_timeout: Duration,
    pub language_model_timeout: Duration,
    pub text_to_speech_timeout: Duration,
}

#[derive(Debug)]
pub enum SpeechToTextChoice {
    Scripted,
    OpenAi { endpoint: Endpoint, model: String },
    Command(String),
}

#[derive(Debug)]
pub enum LanguageModelChoice {
    Scenario,
    OpenAi { endpoint: Endpoint, model: String },
}

#[derive(Debug)]
pub enum TextToSpeechChoice {
    /// espeak-ng where it is installed, the built-in voice otherwise.
    Offline,
    Espeak,
    BuiltIn,
    OpenAi {
        endpoint: Endpoint,
        model: String,
        voice: String,
    },
    Command(String),
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AvatarChoice {
    Visemes,
    None,
}

/// A server that speaks the OpenAI API.
#[derive(Debug, Clone)]
pub struct Endpoint {
    pub base_url: String,
    /// Local servers want none.
    pub api_key: Option<SecretString>,
}

const STT_PROVIDER: Variable =
    Variable::new("STT_PROVIDER", "auto", "Who recognises speech: auto, scripted (a demo), openai, command");
const LLM_PROVIDER: Variable =
    Variable::new("LLM_PROVIDER", "auto", "Who answers: auto, scenario (plays the scenario file), openai");
const TTS_PROVIDER: Variable =
    Variable::new("TTS_PROVIDER", "auto", "Who speaks: auto, espeak, built-in, openai, command, none");
const AVATAR_PROVIDER: Variable = Variable::new("AVATAR_PROVIDER", "auto", "Who moves the face: auto, visemes, none");
const STT_COMMAND: Variable = Variable::new(
    "STT_COMMAND",
    "",
    "Command that gets a WAV ({wav}, or its standard input) and prints the text; {language} is the conversation's, such as en-US; \
     whisper-cli -m MODEL -l auto -nt -np -f {wav} does it; auto prefers it",
);
const TTS_COMMAND: Variable = Variable::new(
    "TTS_COMMAND",
    "",
    "Command that gets a text ({text_file}, or its standard input) and makes a WAV ({wav}, or its standard output); {language} is the \
     conversation's, such as en-US, and {voice} the voice, or nothing; piper -m MODEL --output_file {wav} does it; auto prefers it",
);
const OPENAI_BASE_URL: Variable = Variable::new(
    "OPENAI_BASE_URL",
    "",
    "Server with the OpenAI API, a local one too; default with a key: https://api.openai.com/v1",
);
const OPENAI_API_KEY: Variable = Variable::secret("OPENAI_API_KEY", "Key for that server");
const OPENAI_CHAT_MODEL: Variable =
    Variable::new("OPENAI_CHAT_MODEL", "gpt-4o-mini", "Model that answers").or(&["AI_MODEL"]);
const OPENAI_STT_MODEL: Variable = Variable::new("OPENAI_STT_MODEL", "whisper-1", "Model that recognises");
const OPENAI_TTS_MODEL: Variable = Variable::new("OPENAI_TTS_MODEL", "gpt-4o-mini-tts", "Model that speaks");
const OPENAI_TTS_VOICE: Variable = Variable::new("OPENAI_TTS_VOICE", "alloy", "Voice of that model");
const AI_API_URL: Variable =
    Variable::new("AI_API_URL", "", "Server with the OpenAI API for answering alone, as existing deployments name it");
const AI_API_KEY: Variable = Variable::secret("AI_API_KEY", "Key for that server");
const DASHSCOPE_API_KEY: Variable = Variable::secret(
    "DASHSCOPE_API_KEY",
    "Key for DashScope's models, which then answer unless one of the servers above does; default model: qwen-plus",
);
const USE_MOCK_RAG: Variable = Variable::new(
    "USE_MOCK_RAG",
    "false",
    "true plays the scenario file whatever keys there are, as existing deployments say it; LLM_PROVIDER comes first",
);
const STT_TIMEOUT_MS: Variable = Variable::new("STT_TIMEOUT_MS", "10000", "A recognition that takes longer has failed");
const LLM_TIMEOUT_MS: Variable = Variable::new("LLM_TIMEOUT_MS", "30000", "An answer that takes longer has failed");
const TTS_TIMEOUT_MS: Variable = Variable::new("TTS_TIMEOUT_MS", "20000", "Speech that takes longer is left out");

pub(super) const VARIABLES: &[Variable] = &[
    STT_PROVIDER,
    LLM_PROVIDER,
    TTS_PROVIDER,
    AVATAR_PROVIDER,
    STT_COMMAND,
    TTS_COMMAND,
    OPENAI_BASE_URL,
    OPENAI_API_KEY,
    OPENAI_CHAT_MODEL,
    OPENAI_STT_MODEL,
    OPENAI_TTS_MODEL,
    OPENAI_TTS_VOICE,
    AI_API_URL,
    AI_API_KEY,
    DASHSCOPE_API_KEY,
    USE_MOCK_RAG,
    STT_TIMEOUT_MS,
    LLM_TIMEOUT_MS,
    TTS_TIMEOUT_MS,
];

const DEFAULT_BASE_URL: &str = "https://api.openai.com/v1";
const DASHSCOPE_BASE_URL: &str = "https://dashscope.aliyuncs.com/compatible-mode/v1";
const DASHSCOPE_MODEL: &str = "qwen-plus";
const TIMEOUT_RANGE_MS: std::ops::RangeInclusive<u64> = 100..=600_000;

pub(super) fn read(values: &mut Values) -> Providers {
    let speech = endpoint(values, &OPENAI_BASE_URL, &OPENAI_API_KEY);
    let chat = endpoint(values, &AI_API_URL, &AI_API_KEY);
    Providers {
        speech_to_text: speech_to_text(values, speech.clone()),
        language_model: language_model(values, chat.or_else(|| speech.clone())),
        text_to_speech: text_to_speech(values, speech),
        avatar: avatar(values),
        speech_to_text_timeout: parse::milliseconds(values, &STT_TIMEOUT_MS, TIMEOUT_RANGE_MS),
        language_model_timeout: parse::milliseconds(values, &LLM_TIMEOUT_MS, TIMEOUT_RANGE_MS),
        text_to_speech_timeout: parse::milliseconds(values, &TTS_TIMEOUT_MS, TIMEOUT_RANGE_MS),
    }
}

fn endpoint(values: &mut Values, address: &Variable, key: &Variable) -> Option<Endpoint> {
    let base_url = values.optional(address, WEB_ADDRESS, parse::web_address);
    let api_key = values.secret(key);
    if base_url.is_none() && api_key.is_none() {
        return None;
    }
    Some(Endpoint { base_url: base_url.unwrap_or_else(|| DEFAULT_BASE_URL.to_owned()), api_key })
}

fn speech_to_text(values: &mut Values, endpoint: Option<Endpoint>) -> SpeechToTextChoice {
    let wanted = choice(values, &STT_PROVIDER, &["auto", "scripted", "openai", "command"]);
    let command = values.text(&STT_COMMAND);
    let model = values.text(&OPENAI_STT_MODEL).unwrap_or_default();
    match (wanted, command, endpoint) {
        ("auto" | "command", Some(command), _) => SpeechToTextChoice::Command(command),
        ("auto" | "openai", _, Some(endpoint)) => SpeechToTextChoice::OpenAi { endpoint, model },
        (wanted, ..) => {
            refuse_incomplete(values, &STT_PROVIDER, wanted, &STT_COMMAND);
            SpeechToTextChoice::Scripted
        }
    }
}

fn language_model(values: &mut Values, endpoint: Option<Endpoint>) -> LanguageModelChoice {
    let wanted = choice(values, &LLM_PROVIDER, &["auto", "scenario", "openai"]);
    let is_mocked = values.required(&USE_MOCK_RAG, YES_OR_NO, parse::yes_or_no) && !values.has(&LLM_PROVIDER);
    let (endpoint, model) = match (endpoint, values.secret(&DASHSCOPE_API_KEY)) {
        (None, Some(key)) => {
            let endpoint = Endpoint { base_url: DASHSCOPE_BASE_URL.to_owned(), api_key: Some(key) };
            let model = values.text(&OPENAI_CHAT_MODEL).filter(|_| values.has(&OPENAI_CHAT_MODEL));
            (Some(endpoint), model.unwrap_or_else(|| DASHSCOPE_MODEL.to_owned()))
        }
        (endpoint, _) => (endpoint, values.text(&OPENAI_CHAT_MODEL).unwrap_or_default()),
    };
    match (wanted, endpoint) {
        _ if is_mocked => LanguageModelChoice::Scenario,
        ("auto" | "openai", Some(endpoint)) => LanguageModelChoice::OpenAi { endpoint, model },
        (wanted, _) => {
            refuse_incomplete(values, &LLM_PROVIDER, wanted, &OPENAI_API_KEY);
            LanguageModelChoice::Scenario
        }
    }
}

fn text_to_speech(values: &mut Values, endpoint: Option<Endpoint>) -> TextToSpeechChoice {
    let wanted = choice(values, &TTS_PROVIDER, &["auto", "espeak", "built-in", "openai", "command", "none"]);
    let command = values.text(&TTS_COMMAND);
    let model = values.text(&OPENAI_TTS_MODEL).unwrap_or_default();
    let voice = values.text(&OPENAI_TTS_VOICE).unwrap_or_default();
    match (wanted, command, endpoint) {
        ("espeak", ..) => TextToSpeechChoice::Espeak,
        ("built-in", ..) => TextToSpeechChoice::BuiltIn,
        ("none", ..) => TextToSpeechChoice::None,
        ("auto" | "command", Some(command), _) => TextToSpeechChoice::Command(command),
        ("auto" | "openai", _, Some(endpoint)) => TextToSpeechChoice::OpenAi { endpoint, model, voice },
        (wanted, ..) => {
            refuse_incomplete(values, &TTS_PROVIDER, wanted, &TTS_COMMAND);
            TextToSpeechChoice::Offline
        }
    }
}

fn avatar(values: &mut Values) -> AvatarChoice {
    match choice(values, &AVATAR_PROVIDER, &["auto", "visemes", "none"]) {
        "none" => AvatarChoice::None,
        _ => AvatarChoice::Visemes,
    }
}

fn choice(values: &mut Values, variable: &Variable, allowed: &'static [&'static str]) -> &'static str {
    values.required(variable, &allowed.join(", "), |text| allowed.iter().copied().find(|name| *name == text))
}

/// A provider was asked for by name, but what it needs is not there.
fn refuse_incomplete(values: &mut Values, provider: &Variable, wanted: &str, command: &Variable) {
    let needs = match wanted {
        "openai" => "OPENAI_API_KEY or OPENAI_BASE_URL",
        "command" => command.name,
        _ => return,
    };
    values.refuse(provider.name, &format!("is \"{wanted}\""), &format!("that needs {needs}, which is not set"));
}
