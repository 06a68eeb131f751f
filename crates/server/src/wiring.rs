//! Which implementation stands behind each port: the only place that names vendors and stores.

use std::sync::Arc;

use anyhow::Context as _;
use ports::{
    Avatar, Catalog, Journal, LanguageModel, ObjectStore, Provider, SpeechToText, TextToSpeech,
    offline::{BuiltInVoice, ScenarioPersona, ScriptedRecogniser, VisemeAvatar},
    scenario_file,
};
use secrecy::ExposeSecret as _;
use storage::{Database, FolderStore, S3Config, S3Store};
use vendors::{
    command::{CommandRecogniser, CommandSpeaker},
    espeak::EspeakSpeaker,
    openai::{self, ChatModel, Speaker, Transcriber},
};

use crate::{
    clock,
    config::{
        self, AvatarChoice, Config, LanguageModelChoice, ObjectStoreLocation, S3Location, SpeechToTextChoice,
        TextToSpeechChoice,
    },
};

/// Where everything is kept.
#[derive(Clone)]
pub struct Stores {
    pub catalog: Arc<dyn Catalog>,
    pub journal: Arc<dyn Journal>,
    pub objects: Arc<dyn ObjectStore>,
    /// What this process is called in the database.
    pub holder: Arc<str>,
}

/// Who listens, answers, speaks and shows a face.
#[derive(Clone)]
pub struct Providers {
    pub speech_to_text: Arc<dyn SpeechToText>,
    pub language_model: Arc<dyn LanguageModel>,
    /// `None` leaves the answers as text.
    pub text_to_speech: Option<Arc<dyn TextToSpeech>>,
    pub avatar: Option<Arc<dyn Avatar>>,
}

/// Opens the stores, brings the database up to date and ships the scenarios.
pub async fn open_stores(config: &Config) -> anyhow::Result<Stores> {
    let database = Arc::new(open_database(config).await?);
    database.migrate().await.context("cannot bring the database up to date")?;
    database.ship_scenarios(&scenario_file::shipped(), clock::now()).await.context("cannot ship the scenarios")?;
    let objects = open_objects(&config.stores.objects).await?;
    Ok(Stores { holder: database.holder().into(), catalog: database.clone(), journal: database, objects })
}

pub async fn open_database(config: &Config) -> anyhow::Result<Database> {
    let url = config.stores.database_url.expose_secret();
    Database::open(url).await.context("cannot open the database; look at DATABASE_URL and DATA_DIR")
}

pub async fn providers(config: &config::Providers) -> anyhow::Result<Providers> {
    Ok(Providers {
        speech_to_text: speech_to_text(config)?,
        language_model: language_model(config)?,
        text_to_speech: text_to_speech(config).await?,
        avatar: match config.avatar {
            AvatarChoice::Visemes => Some(Arc::new(VisemeAvatar)),
            AvatarChoice::None => None,
        },
    })
}

async fn open_objects(location: &ObjectStoreLocation) -> anyhow::Result<Arc<dyn ObjectStore>> {
    Ok(match location {
        ObjectStoreLocation::Folder(folder) => {
            // What is acknowledged survives a crash of this process; waiting for the disk each time would not be realtime.
            let store = FolderStore::open(folder, false).await;
            Arc::new(store.with_context(|| format!("cannot open the object store in {}", folder.display()))?)
        }
        ObjectStoreLocation::S3(location) => Arc::new(S3Store::new(&s3_config(location))),
    })
}

fn s3_config(location: &S3Location) -> S3Config {
    S3Config {
        bucket: location.bucket.clone(),
        endpoint_url: location.endpoint.clone(),
        region: location.region.clone(),
        access_key: location.access_key_id.clone(),
        secret_key: location.secret_access_key.clone(),
        path_style: location.path_style,
        public_base_url: location.public_url.clone(),
    }
}

fn speech_to_text(config: &config::Providers) -> anyhow::Result<Arc<dyn SpeechToText>> {
    let timeout = config.speech_to_text_timeout;
    Ok(match &config.speech_to_text {
        SpeechToTextChoice::Scripted => Arc::new(ScriptedRecogniser),
        SpeechToTextChoice::Command(command) => Arc::new(CommandRecogniser::new(command, timeout)),
        SpeechToTextChoice::OpenAi { endpoint, model } => Arc::new(Transcriber::new(server(endpoint, timeout), model)?),
    })
}

fn language_model(config: &config::Providers) -> anyhow::Result<Arc<dyn LanguageModel>> {
    Ok(match &config.language_model {
        LanguageModelChoice::Scenario => Arc::new(ScenarioPersona),
        LanguageModelChoice::OpenAi { endpoint, model } => {
            Arc::new(ChatModel::new(server(endpoint, config.language_model_timeout), model)?)
        }
    })
}

async fn text_to_speech(config: &config::Providers) -> anyhow::Result<Option<Arc<dyn TextToSpeech>>> {
    let timeout = config.text_to_speech_timeout;
    Ok(Some(match &config.text_to_speech {
        TextToSpeechChoice::Offline => match EspeakSpeaker::available().await {
            Some(espeak) => Arc::new(espeak),
            None => Arc::new(BuiltInVoice),
        },
        TextToSpeechChoice::Espeak => {
            let espeak = EspeakSpeaker::available().await;
            Arc::new(espeak.context("TTS_PROVIDER is \"espeak\", but espeak-ng does not run here; install espeak-ng")?)
        }
        TextToSpeechChoice::BuiltIn => Arc::new(BuiltInVoice),
        TextToSpeechChoice::Command(command) => Arc::new(CommandSpeaker::new(command, timeout)),
        TextToSpeechChoice::OpenAi { endpoint, model, voice } => {
            Arc::new(Speaker::new(server(endpoint, timeout), model, voice)?)
        }
        TextToSpeechChoice::None => return Ok(None),
    }))
}

fn server(endpoint: &config::Endpoint, timeout: std::time::Duration) -> openai::Endpoint {
    openai::Endpoint {
        base_url: endpoint.base_url.clone(),
        api_key: endpoint.api_key.clone(),
        timeouts: openai::Timeouts { first_byte: timeout, ..openai::Timeouts::default() },
    }
}

impl Providers {
    /// For a person: `speech scripted (demo), answers openai, …`.
    pub fn describe(&self) -> String {
        let name = |provider: Option<Provider>| match provider {
            Some(provider) if provider.demo => format!("{} (demo)", provider.name),
            Some(provider) => provider.name,
            None => "none".to_owned(),
        };
        format!(
            "speech {}, answers {}, voice {}, avatar {}",
            name(Some(self.speech_to_text.provider())),
            name(Some(self.language_model.provider())),
            name(self.text_to_speech.as_ref().map(|voice| voice.provider())),
            name(self.avatar.as_ref().map(|avatar| avatar.provider())),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn the_example_names_every_placeholder_that_a_command_may_have() {
        let example = Config::example();
        for (name, placeholders) in
            [("STT_COMMAND", &CommandRecogniser::PLACEHOLDERS[..]), ("TTS_COMMAND", &CommandSpeaker::PLACEHOLDERS[..])]
        {
            let until = example.find(&format!("#{name}=")).expect("the example has it");
            let help = example[..until].lines().next_back().unwrap_or_default();
            for placeholder in placeholders {
                assert!(help.contains(placeholder), "{name} may have {placeholder}: {help}");
            }
        }
    }
}
