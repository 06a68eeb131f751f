use secrecy::ExposeSecret as _;

use super::*;

fn config(pairs: &[(&str, &str)]) -> Config {
    Config::from_pairs(pairs).expect("a good configuration")
}

fn mistakes(pairs: &[(&str, &str)]) -> String {
    Config::from_pairs(pairs).unwrap_err().to_string()
}

#[test]
fn an_empty_environment_is_enough() {
    let config = config(&[]);
    assert_eq!(config.environment, Environment::Development);
    assert_eq!(config.listen.address.to_string(), "127.0.0.1:3001");
    assert_eq!(config.stores.database_url.expose_secret(), "sqlite://./data/repartee.db");
    assert!(matches!(config.providers.text_to_speech, TextToSpeechChoice::Offline));
    assert_eq!(config.auth.expires_in.as_secs(), 7 * 86_400);
}

#[test]
fn all_mistakes_are_told_at_once_with_what_is_allowed() {
    let told = mistakes(&[
        ("PORT", "80a"),
        ("JWT_EXPIRES_IN", "soon"),
        ("STT_PROVIDER", "ear"),
        ("OBJECT_STORE_URL", "s3://bucket?colour=red"),
        ("REPARTEE_PROT", "3001"),
    ]);
    for expected in [
        r#"PORT is "80a"; allowed: a whole number from 0 to 65535"#,
        r#"JWT_EXPIRES_IN is "soon"; allowed: seconds such as 3600"#,
        r#"STT_PROVIDER is "ear"; allowed: auto, scripted, openai, command"#,
        r#"OBJECT_STORE_URL is "s3://bucket?colour=red"; allowed: file:///"#,
        "REPARTEE_PROT is not a variable of Repartee; those with this prefix: REPARTEE_ENV",
    ] {
        assert!(told.contains(expected), "{expected} is missing in {told}");
    }
}

#[test]
fn production_does_not_start_without_a_long_secret() {
    let told = mistakes(&[("REPARTEE_ENV", "production")]);
    assert!(told.contains("JWT_SECRET is not set; production needs at least 32"));
    let told = mistakes(&[("NODE_ENV", "production"), ("JWT_SECRET", "too-short")]);
    assert!(told.contains("JWT_SECRET has 9 bytes; production needs at least 32"));
    assert!(!told.contains("too-short"));
    let secret = "x".repeat(32);
    config(&[("NODE_ENV", "production"), ("JWT_SECRET", &secret)]);
}

#[test]
fn a_password_is_hidden_wherever_an_address_has_it() {
    for (given, shown) in [
        ("postgres://ann:pass@word@db/name", "postgres://ann:(hidden)@db/name"),
        ("postgres://db/name?user=ann&password=hush", "postgres://db/name?user=ann&password=(hidden)"),
        ("postgres://ann:hush@db/name?sslmode=require", "postgres://ann:(hidden)@db/name?sslmode=require"),
        ("postgres://ann:ha/rd?ly@sh@db:5432/name", "postgres://ann:(hidden)@db:5432/name"),
        ("postgres://db:5432/name?user=ann&password=hu@sh", "postgres://db:5432/name?user=ann&password=(hidden)"),
        ("postgres://ann:hush@db/name?password=hu@sh", "postgres://ann:(hidden)@db/name?password=(hidden)"),
        ("sqlite:///data/a@b.db", "sqlite:///data/a@b.db"),
    ] {
        let config = config(&[("DATABASE_URL", given)]);
        let setting = config.settings.iter().find(|setting| setting.name == "DATABASE_URL").unwrap();
        assert_eq!(setting.shown, shown);
    }
    for refused in ["user=ann password=hush", "postgres:/ann:hush@db?password=hush"] {
        let told = mistakes(&[("DATABASE_URL", refused)]);
        assert!(told.contains("DATABASE_URL") && !told.contains("hush"), "{told}");
    }
}

#[test]
fn an_existing_deployments_bucket_in_oss_is_used_with_its_names() {
    let place = |pairs: &[(&str, &str)]| {
        let keys = [("ALIYUN_ACCESS_KEY_ID", "id"), ("ALIYUN_ACCESS_KEY_SECRET", "hush")];
        let config = config(&[&keys[..], &[("ALIYUN_OSS_BUCKET", "talks")], pairs].concat());
        assert_eq!(config.notices, [""; 0]);
        match config.stores.objects {
            ObjectStoreLocation::S3(location) => {
                assert_eq!((location.bucket.as_str(), location.access_key_id.as_str()), ("talks", "id"));
                assert_eq!((location.secret_access_key.expose_secret(), location.path_style), ("hush", false));
                (location.endpoint.unwrap(), location.region)
            }
            ObjectStoreLocation::Folder(folder) => panic!("{}", folder.display()),
        }
    };
    let of = |endpoint: &str, region: &str| (endpoint.to_owned(), region.to_owned());
    let public = of("https://s3.oss-cn-hangzhou.aliyuncs.com", "cn-hangzhou");
    assert_eq!(place(&[("ALIYUN_OSS_REGION", "oss-cn-hangzhou")]), public);
    assert_eq!(place(&[("ALIYUN_OSS_REGION", "cn-hangzhou")]), public);
    let inside = [("ALIYUN_OSS_ENDPOINT", "oss-cn-hangzhou-internal.aliyuncs.com"), ("S3_REGION", "cn-hangzhou")];
    assert_eq!(place(&inside), of("https://oss-cn-hangzhou-internal.aliyuncs.com", "cn-hangzhou"));
    let told = mistakes(&[("ALIYUN_OSS_BUCKET", "talks"), ("ALIYUN_AK_ID", "id"), ("ALIYUN_AK_SECRET", "hush")]);
    assert!(told.contains("ALIYUN_OSS_BUCKET is set; that needs ALIYUN_OSS_REGION"), "{told}");
}

#[test]
fn a_bucket_is_part_of_the_path_where_the_store_allows_it() {
    let path_style = |pairs: &[(&str, &str)]| {
        let keys = [("S3_ACCESS_KEY_ID", "id"), ("S3_SECRET_ACCESS_KEY", "hush"), ("S3_REGION", "cn-hangzhou")];
        let default = [("OBJECT_STORE_URL", "s3://talks")];
        match config(&[&keys[..], &default, pairs].concat()).stores.objects {
            ObjectStoreLocation::S3(location) => location.path_style,
            ObjectStoreLocation::Folder(folder) => panic!("{}", folder.display()),
        }
    };
    assert!(!path_style(&[]));
    assert!(path_style(&[("S3_ENDPOINT", "http://minio:9000")]));
    assert!(path_style(&[("S3_ENDPOINT", "https://aliyuncs.com.example")]));
    for in_oss in ["https://s3.oss-cn-hangzhou.aliyuncs.com", "https://OSS-cn-hangzhou-internal.Aliyuncs.com:443/"] {
        assert!(!path_style(&[("S3_ENDPOINT", in_oss)]), "{in_oss}");
        assert!(!path_style(&[("OBJECT_STORE_URL", &format!("s3://talks?endpoint={in_oss}"))]), "{in_oss}");
        assert!(path_style(&[("S3_ENDPOINT", in_oss), ("S3_PATH_STYLE", "true")]), "it was asked for");
    }
}

#[test]
fn a_key_for_dashscope_answers_with_its_own_model_unless_something_else_is_said() {
    let model = |pairs: &[(&str, &str)]| {
        let config = config(&[&[("DASHSCOPE_API_KEY", "hush")], pairs].concat());
        match config.providers.language_model {
            LanguageModelChoice::OpenAi { endpoint, model } => format!("{model} at {}", endpoint.base_url),
            LanguageModelChoice::Scenario => "the scenario".to_owned(),
        }
    };
    let dashscope = "https://dashscope.aliyuncs.com/compatible-mode/v1";
    assert_eq!(model(&[]), format!("qwen-plus at {dashscope}"));
    assert_eq!(model(&[("AI_MODEL", "qwen-max")]), format!("qwen-max at {dashscope}"));
    assert_eq!(model(&[("AI_API_URL", "http://here/v1")]), "gpt-4o-mini at http://here/v1");
    assert_eq!(model(&[("USE_MOCK_RAG", "true")]), "the scenario");
    let openai = [("USE_MOCK_RAG", "true"), ("LLM_PROVIDER", "openai")];
    assert_eq!(model(&openai), format!("qwen-plus at {dashscope}"));
}

#[test]
fn what_is_set_in_vain_is_told_without_its_value() {
    let config = config(&[("DIFY_API_KEY", "hush"), ("ALIYUN_NLS_APPKEY", "hush"), ("DASHSCOPE_API_KEY", "hush")]);
    let expected =
        ["ALIYUN_NLS_APPKEY is set, but nothing here uses it", "DIFY_API_KEY is set, but nothing here uses it"];
    assert_eq!(config.notices, expected);
}

#[test]
fn no_secret_is_ever_shown() {
    let config = config(&[
        ("JWT_SECRET", "hush-hush"),
        ("OPENAI_API_KEY", "hush-hush"),
        ("DATABASE_URL", "postgres://ann:hush-hush@db/repartee"),
        ("OBJECT_STORE_URL", "s3://bucket?region=eu-1"),
        ("S3_ACCESS_KEY_ID", "id"),
        ("S3_SECRET_ACCESS_KEY", "hush-hush"),
    ]);
    assert!(!format!("{config:?}").contains("hush-hush"));
    let shown = |name: &str| {
        let setting = config.settings.iter().find(|setting| setting.name == name);
        setting.unwrap().shown.clone()
    };
    assert_eq!(shown("DATABASE_URL"), "postgres://ann:(hidden)@db/repartee");
    assert_eq!(shown("JWT_SECRET"), "(hidden)");
}

#[test]
fn an_empty_value_counts_as_not_set() {
    let config = config(&[("PORT", ""), ("OPENAI_API_KEY", " ")]);
    assert_eq!(config.listen.address.port(), 3001);
    assert!(matches!(config.providers.language_model, LanguageModelChoice::Scenario));
}

#[test]
fn automatic_providers_are_real_as_soon_as_their_key_or_command_is_set() {
    let with_key = config(&[("OPENAI_API_KEY", "k")]);
    let SpeechToTextChoice::OpenAi { endpoint, model } = with_key.providers.speech_to_text else {
        panic!("not the real recogniser");
    };
    assert_eq!(endpoint.base_url, "https://api.openai.com/v1");
    assert_eq!(model, "whisper-1");

    let with_command = config(&[("TTS_COMMAND", "say"), ("OPENAI_API_KEY", "k")]);
    let voice = with_command.providers.text_to_speech;
    assert!(matches!(voice, TextToSpeechChoice::Command(command) if command == "say"));
}

#[test]
fn the_names_of_existing_deployments_make_only_the_answers_real() {
    let providers =
        config(&[("AI_API_URL", "http://llm.local/v1/"), ("AI_API_KEY", "k"), ("AI_MODEL", "small")]).providers;
    let LanguageModelChoice::OpenAi { endpoint, model } = providers.language_model else {
        panic!("not the real model");
    };
    assert_eq!(endpoint.base_url, "http://llm.local/v1");
    assert_eq!(model, "small");
    assert!(matches!(providers.speech_to_text, SpeechToTextChoice::Scripted));
}

#[test]
fn a_server_for_answering_alone_answers_also_where_another_one_listens_and_speaks() {
    let openai = [("OPENAI_BASE_URL", "http://speech/v1"), ("OPENAI_API_KEY", "k")];
    for (special, expected) in [
        (&[("AI_API_URL", "http://llm/v1"), ("AI_API_KEY", "k")][..], "http://llm/v1"),
        (&[("AI_API_KEY", "k")], "https://api.openai.com/v1"),
        (&[], "http://speech/v1"),
    ] {
        let providers = config(&[&openai[..], special].concat()).providers;
        let LanguageModelChoice::OpenAi { endpoint, .. } = providers.language_model else { panic!("{special:?}") };
        assert_eq!(endpoint.base_url, expected);
        let SpeechToTextChoice::OpenAi { endpoint, .. } = providers.speech_to_text else { panic!("{special:?}") };
        assert_eq!(endpoint.base_url, "http://speech/v1");
    }
}

#[test]
fn a_provider_that_lacks_what_it_needs_is_a_mistake() {
    let told = mistakes(&[("LLM_PROVIDER", "openai"), ("STT_PROVIDER", "command")]);
    assert!(told.contains("that needs OPENAI_API_KEY or OPENAI_BASE_URL"));
    assert!(told.contains("that needs STT_COMMAND"));
}

#[test]
fn a_bucket_is_named_by_its_url_and_the_rest_may_stand_beside() {
    let pairs = [
        ("OBJECT_STORE_URL", "s3://voices?endpoint=http://minio:9000"),
        ("S3_REGION", "eu-1"),
        ("S3_ENDPOINT", "http://other:9000"),
        ("S3_ACCESS_KEY_ID", "id"),
        ("S3_SECRET_ACCESS_KEY", "key"),
    ];
    let ObjectStoreLocation::S3(location) = config(&pairs).stores.objects else {
        panic!("not a bucket");
    };
    assert_eq!(location.bucket, "voices");
    assert_eq!(location.endpoint.as_deref(), Some("http://minio:9000"));
    assert_eq!(location.region, "eu-1");
    assert!(location.path_style);
    assert_eq!(location.access_key_id, "id");
}

#[test]
fn a_bucket_without_a_key_is_a_mistake() {
    let told = mistakes(&[("OBJECT_STORE_URL", "s3://voices"), ("S3_ACCESS_KEY_ID", "id")]);
    assert!(told.contains("S3_SECRET_ACCESS_KEY is not set"));
    assert!(!told.contains("S3_ACCESS_KEY_ID is not set"));
}

#[test]
fn a_bucket_in_aws_needs_its_region_and_another_store_does_not() {
    let keys = [("OBJECT_STORE_URL", "s3://voices"), ("S3_ACCESS_KEY_ID", "id"), ("S3_SECRET_ACCESS_KEY", "key")];
    let told = mistakes(&keys);
    assert!(told.contains("S3_REGION is not set; a bucket in AWS needs it"), "{told}");
    let region = |variable| match config(&[&keys[..], &[variable]].concat()).stores.objects {
        ObjectStoreLocation::S3(location) => location.region,
        ObjectStoreLocation::Folder(folder) => panic!("{}", folder.display()),
    };
    assert_eq!(region(("AWS_REGION", "eu-central-1")), "eu-central-1");
    assert_eq!(region(("S3_ENDPOINT", "http://minio:9000")), "us-east-1");
}

#[test]
fn what_is_said_of_a_bucket_that_nobody_names_is_told() {
    let of_nothing = config(&[("S3_ENDPOINT", "http://minio:9000"), ("AWS_ACCESS_KEY_ID", "id")]);
    let expected = "S3_ENDPOINT is set, but OBJECT_STORE_URL names no bucket such as s3://voices";
    assert_eq!(of_nothing.notices, [expected]);
}

#[test]
fn pages_of_the_front_end_and_of_this_machine_are_allowed_in_development() {
    let pairs = [
        ("FRONTEND_URL", "https://App.example, http://10.0.0.1:8080/"),
        ("PUBLIC_URL", "https://voice.example/repartee"),
    ];
    assert_eq!(
        config(&pairs).listen.allowed_origins,
        [
            "https://app.example",
            "http://10.0.0.1:8080",
            "https://voice.example",
            "http://localhost:3000",
            "http://127.0.0.1:3000",
        ]
    );
    let told = mistakes(&[("FRONTEND_URL", "https://app.example/page")]);
    assert!(told.contains("FRONTEND_URL"), "{told}");
}

#[test]
fn limits_that_contradict_each_other_are_a_mistake() {
    let told = mistakes(&[("MAX_CHUNK_BYTES", "4000"), ("SEGMENT_BYTES", "3000"), ("MAX_BUFFERED_BYTES", "6999")]);
    let least = "MAX_BUFFERED_BYTES is 6999; allowed: at least MAX_CHUNK_BYTES and SEGMENT_BYTES together, 7000";
    assert!(told.contains(least), "{told}");
}

#[test]
fn nothing_is_recorded_unless_a_folder_is_named_and_no_words_unless_they_are_asked_for() {
    let recordings = |pairs: &[(&str, &str)]| config(pairs).operations.recordings.map(|kept| (kept.folder, kept.words));
    assert_eq!(recordings(&[("RECORD_WORDS", "true")]), None);
    assert_eq!(recordings(&[("RECORD_SESSIONS", "/tmp/r")]), Some(("/tmp/r".into(), false)));
    assert_eq!(recordings(&[("RECORD_SESSIONS", "/tmp/r"), ("RECORD_WORDS", "yes")]), Some(("/tmp/r".into(), true)));
}

#[test]
fn nothing_is_traced_unless_a_collector_is_named() {
    let traces =
        |pairs: &[(&str, &str)]| config(pairs).operations.traces.map(|traces| (traces.endpoint, traces.service));
    assert_eq!(traces(&[("OTEL_SERVICE_NAME", "practice")]), None);
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/");
    assert_eq!(traces(&[endpoint]), Some(("http://collector:4318".to_owned(), "repartee".to_owned())));
    let told = mistakes(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318")]);
    assert!(told.contains("OTEL_EXPORTER_OTLP_ENDPOINT is \"collector:4318\"; allowed: an address"), "{told}");
}

#[test]
fn spans_of_time_are_read_with_and_without_a_unit() {
    let seconds = |text| parse::span(text).map(|span| span.as_secs());
    assert_eq!(seconds("3600"), Some(3600));
    assert_eq!(seconds("12h"), Some(43_200));
    assert_eq!(seconds("7d"), Some(604_800));
    for bad in ["", "0", "7 d", "-1", "99999999999999999999", "1w", "9000d"] {
        assert_eq!(seconds(bad), None, "{bad:?}");
    }
}

#[test]
fn every_variable_is_declared_once() {
    let mut names: Vec<&str> = SECTIONS
        .iter()
        .flat_map(|(_, variables)| *variables)
        .flat_map(|variable| std::iter::once(&variable.name).chain(variable.aliases))
        .copied()
        .collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn the_example_names_every_alias() {
    let example = Config::example();
    for variable in SECTIONS.iter().flat_map(|(_, variables)| *variables) {
        let until = example.find(&format!("\n#{}=", variable.name)).expect("the example has it");
        let help = example[..until].lines().next_back().unwrap_or_default();
        for alias in variable.aliases {
            assert_eq!(help.matches(alias).count(), 1, "{} is also read as {alias}: {help}", variable.name);
        }
    }
}

#[test]
fn the_example_in_the_repository_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.env.example");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == Config::example(), ".env.example is stale: run `make generate`");
}
