use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

use crate::place::{Place, chunk, said, session, start_session};

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_tell_what_a_session_did() {
    let place = Place::start(&[]);
    let client = place.connect(&place.token("ann", "trainee")).await;
    client.emit("start-session", &start_session("s-1"));
    client.emit("audio-chunk", &chunk("s-1", 0));
    client.wait_for(|event| event.name == "audio-received").await.unwrap();
    client.wait_for(|event| event.name == "ai-response").await.unwrap();
    client.emit("transcription", &said("s-1", "I hear that the price is too high"));
    client.emit("audio-chunk", &chunk("s-1", 5));
    client.wait_for(|event| event.name == "audio-gap").await.unwrap();
    let stats = place.until("two replies", |stats| stats["replies"] == 2).await;
    assert_eq!((&stats["activeSessions"], &stats["connections"]), (&1.into(), &1.into()), "{stats:#}");
    assert_eq!((&stats["chunks"], &stats["audioBytes"]), (&1.into(), &32_000.into()), "{stats:#}");
    assert_eq!((&stats["segments"], &stats["turns"]), (&1.into(), &2.into()), "{stats:#}");
    assert!(stats["totalMemory"].as_u64().unwrap() > 1 << 20);
    assert_eq!(stats["latencies"]["store"]["count"], 1);
    assert_eq!(stats["latencies"]["answer"]["count"], 2);
    assert!(stats["latencies"]["commit"]["p95Ms"].as_f64().unwrap() > 0.0);
    assert_eq!(stats["providers"]["stt"]["demo"], true);

    client.emit("end-session", &session("s-1"));
    place.until("no session", |stats| stats["activeSessions"] == 0).await;
    let metrics = place.get("/metrics", &[]).body;
    for line in [
        "repartee_sessions 0",
        "repartee_sessions_opened_total 1",
        "repartee_sessions_ended_total{reason=\"user_ended\"} 1",
        "repartee_segments_total 1",
        "repartee_refused_total{code=\"AUDIO_GAP\"} 1",
        "repartee_step_seconds_bucket{step=\"store\",le=\"+Inf\"} 1",
        "repartee_step_seconds_count{step=\"transcribe\"} 1",
        "repartee_provider_info{role=\"llm\",name=\"scenario\",demo=\"true\"} 1",
    ] {
        assert!(metrics.lines().any(|one| one == line), "{line} is missing in\n{metrics}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dashboards_and_alerts_ask_only_for_what_is_told() {
    let place = Place::start(&[]);
    let metrics = place.get("/metrics", &[]).body;
    let told: BTreeSet<String> = metrics.lines().filter_map(family).collect();
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for file in ["deploy/grafana/dashboard.json", "deploy/prometheus/alerts.yml"] {
        let text = fs::read_to_string(repository.join(file)).unwrap();
        let asked = asked_for(&text);
        assert!(asked.len() > 3, "{file} asks for {asked:?}");
        let unknown: Vec<_> = asked.difference(&told).collect();
        assert!(unknown.is_empty(), "{file} asks for {unknown:?}");
        for label in ["step", "part", "stage"] {
            let (asked, told) = (values(&text, label), values(&metrics, label));
            assert!(asked.is_subset(&told), "{file} asks for {label} {asked:?}, and there are {told:?}");
        }
    }
    let dashboard = fs::read_to_string(repository.join("deploy/grafana/dashboard.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&dashboard).unwrap();
    assert!(dashboard["panels"].as_array().unwrap().len() > 5);
}

/// The series of a histogram are names of their own.
fn family(line: &str) -> Option<String> {
    (!line.starts_with('#')).then(|| line.split(['{', ' ']).next().unwrap_or_default().to_owned())
}

fn asked_for(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = text.split(|c| !is_part(c));
    words.filter(|word| word.starts_with("repartee_") || word.starts_with("process_")).map(str::to_owned).collect()
}

/// What a label is, or is asked to be.
fn values(text: &str, label: &str) -> BTreeSet<String> {
    let text = text.replace("\\\"", "\"");
    let after = text.split(label).skip(1);
    let quoted = after.filter_map(|rest| rest.trim_start_matches(['!', '=', '~']).strip_prefix('"')?.split('"').next());
    quoted.flat_map(|value| value.split('|')).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_store_is_gone_is_not_ready_until_it_is_back() {
    let place = Place::start(&[]);
    let ready = place.until_status("/readyz", 200).await;
    assert_eq!(ready.json()["dependencies"]["stt"]["name"], "scripted");
    let objects = place.objects();
    let away = objects.with_extension("away");
    fs::rename(&objects, &away).unwrap();
    let ready = place.until_status("/readyz", 503).await;
    assert_eq!(ready.json()["dependencies"]["objectStore"]["state"], "down");
    assert_eq!(ready.json()["dependencies"]["database"]["state"], "up");
    let health = place.get("/health", &[]);
    assert_eq!((health.status, &health.json()["status"]), (200, &"unhealthy".into()));
    assert_eq!(place.get("/healthz", &[]).status, 200);
    fs::rename(&away, &objects).unwrap();
    place.until_status("/readyz", 200).await;
    let health = place.get("/health", &[]).json();
    assert_eq!((&health["success"], &health["healthy"]), (&true.into(), &true.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_for_this_machine_for_admins_and_for_the_token() {
    let place = Place::start(&[("METRICS_TOKEN", "a token for figures")]);
    let (admin, coach) = (place.token("ada", "admin"), place.token("cora", "coach"));
    // As a proxy on this machine passes it on.
    let status = |path: &str, bearer: Option<&str>| {
        let bearer = bearer.map(|token| format!("Bearer {token}"));
        let mut headers = vec![("X-Forwarded-For", "203.0.113.7")];
        headers.extend(bearer.as_deref().map(|bearer| ("Authorization", bearer)));
        place.get(path, &headers).status
    };
    for path in ["/metrics", "/stats"] {
        assert_eq!(place.get(path, &[]).status, 200);
        assert_eq!(status(path, None), 401);
        assert_eq!(status(path, Some("a token for figure")), 401);
        assert_eq!(status(path, Some(&coach)), 403);
        assert_eq!(status(path, Some(&admin)), 200);
        assert_eq!(status(path, Some("a token for figures")), 200);
    }
}
