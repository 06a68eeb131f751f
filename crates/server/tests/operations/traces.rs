use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use axum::{Router, body::Bytes, extract::State, http::header, routing::post};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value},
    trace::v1::Span,
};
use prost::Message as _;
use testkit::free_port;
use tokio::net::TcpListener;

use crate::place::{Place, chunk, said, session, speech, start_live_session, start_session};

const SPOKEN: &str = "A very peculiar sentence about marmalade";

/// What an OpenTelemetry collector got.
#[derive(Clone, Default)]
struct Collected(Arc<Mutex<Vec<ExportTraceServiceRequest>>>);

impl Collected {
    /// Answers the address as well.
    async fn start() -> (Self, String) {
        let collected = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("this machine has a free port");
        let address = listener.local_addr().expect("it is bound");
        let router = Router::new().route("/v1/traces", post(collect)).with_state(collected.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (collected, format!("http://{address}"))
    }

    fn requests(&self) -> Vec<ExportTraceServiceRequest> {
        self.0.lock().expect("nobody panics with it").clone()
    }

    fn services(&self) -> BTreeSet<String> {
        let requests = self.requests();
        let resources = requests.iter().flat_map(|request| &request.resource_spans).flat_map(|spans| &spans.resource);
        resources.filter_map(|resource| text(&resource.attributes, "service.name")).collect()
    }

    fn spans(&self) -> Vec<Span> {
        let spans = self.requests().into_iter().flat_map(|request| request.resource_spans);
        spans.flat_map(|spans| spans.scope_spans).flat_map(|spans| spans.spans).collect()
    }
}

async fn collect(State(collected): State<Collected>, body: Bytes) -> ([(header::HeaderName, &'static str); 1], Bytes) {
    let request = ExportTraceServiceRequest::decode(body).expect("it is protobuf");
    collected.0.lock().expect("nobody panics with it").push(request);
    ([(header::CONTENT_TYPE, "application/x-protobuf")], Bytes::new())
}

fn value(attributes: &[KeyValue], name: &str) -> Option<any_value::Value> {
    attributes.iter().find(|attribute| attribute.key == name)?.value.clone()?.value
}

fn text(attributes: &[KeyValue], name: &str) -> Option<String> {
    match value(attributes, name)? {
        any_value::Value::StringValue(text) => Some(text),
        _ => None,
    }
}

fn number(span: &Span, name: &str) -> Option<i64> {
    match value(&span.attributes, name)? {
        any_value::Value::IntValue(number) => Some(number),
        _ => None,
    }
}

fn of_session<'a>(spans: &'a [Span], id: &str) -> Vec<&'a Span> {
    spans.iter().filter(|span| text(&span.attributes, "session.id").as_deref() == Some(id)).collect()
}

/// By name, in no order.
fn below<'a>(turn: &Span, spans: &[&'a Span]) -> BTreeMap<&'a str, &'a Span> {
    let children = spans.iter().filter(|span| span.parent_span_id == turn.span_id);
    children.map(|span| (span.name.as_str(), *span)).collect()
}

fn turn<'a>(spans: &[&'a Span], number_of: i64) -> &'a Span {
    let is_it = |span: &&&Span| span.name == "turn" && number(span, "turn.id") == Some(number_of);
    spans.iter().find(is_it).unwrap_or_else(|| panic!("no turn {number_of} in {spans:#?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_is_a_tree_of_spans_that_holds_no_word() {
    let (collected, endpoint) = Collected::start().await;
    let mut place = Place::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
        ("OTEL_SERVICE_NAME", "practice"),
        ("TTS_PROVIDER", "built-in"),
    ]);
    let client = place.connect(&place.token("ann", "trainee")).await;
    client.emit("start-session", &start_session("s-1"));
    client.emit("audio-chunk", &chunk("s-1", 0));
    client.wait_for(|event| event.name == "avatar-response").await.unwrap();
    client.emit("transcription", &said("s-1", SPOKEN));
    client.wait_for(|event| event.name == "avatar-response" && event.payload["turnId"] == "2").await.unwrap();
    client.emit("end-session", &session("s-1"));
    client.wait_for(|event| event.name == "session-ended").await.unwrap();
    client.emit("start-session", &start_live_session("s-2"));
    speech("s-2", 0).for_each(|chunk| client.emit("audio-chunk", &chunk));
    client.wait_for(|event| event.name == "audio-frame").await.unwrap();
    client.emit("interrupt", &session("s-2"));
    client.wait_for(|event| event.name == "interrupted").await.unwrap();
    client.emit("end-session", &session("s-2"));
    let ended = |event: &testkit::SocketEvent| event.name == "session-ended" && event.payload["sessionId"] == "s-2";
    client.wait_for(ended).await.unwrap();
    place.process.terminate();

    let spans = collected.spans();
    assert_eq!(collected.services(), BTreeSet::from(["practice".to_owned()]));
    let typed = of_session(&spans, "s-1");
    let (first, second) = (turn(&typed, 1), turn(&typed, 2));
    let parts = below(first, &typed);
    let names: Vec<&str> = parts.keys().copied().collect();
    assert_eq!(names, ["animate", "answer", "commit", "keep", "speak", "store", "transcribe"], "{typed:#?}");
    for part in parts.values() {
        assert_eq!(part.trace_id, first.trace_id);
        assert_eq!(number(part, "turn.id"), Some(1), "{part:#?}");
        assert_eq!(number(part, "op.id").is_some(), part.name != "commit", "{part:#?}");
        assert!(first.start_time_unix_nano <= part.start_time_unix_nano, "{part:#?}");
        assert!(first.end_time_unix_nano >= part.end_time_unix_nano, "{part:#?}");
    }
    let provider = |name: &str| text(&parts[name].attributes, "provider");
    assert_eq!(provider("transcribe").as_deref(), Some("scripted"));
    assert_eq!(provider("answer").as_deref(), Some("scenario"));
    assert_eq!(provider("speak").as_deref(), Some("built-in"));
    assert_eq!((provider("store"), number(parts["speak"], "stretch")), (None, Some(0)));
    let events = |name: &str| parts[name].events.iter().map(|event| event.name.clone()).collect::<Vec<_>>();
    assert_eq!((events("answer"), events("speak")), (vec!["first token".to_owned()], vec!["first audio".to_owned()]));
    let sum =
        ["end_of_turn_ms", "stored_ms", "transcribed_ms", "first_token_ms", "first_sentence_ms", "first_audio_ms"]
            .into_iter()
            .chain(["played_ms", "unaccounted_ms"])
            .map(|part| number(first, part).unwrap())
            .sum();
    assert_eq!(number(first, "total_ms"), Some(sum));
    assert_ne!(first.trace_id, second.trace_id);
    assert!(!below(second, &typed).contains_key("transcribe"));

    let spoken = of_session(&spans, "s-2");
    let talked_over = turn(&spoken, 1);
    assert_eq!(text(&talked_over.attributes, "interrupted").as_deref(), Some("Client"));
    let names = below(talked_over, &spoken);
    for name in ["listen", "store", "answer", "speak", "keep", "commit"] {
        assert!(names.contains_key(name), "{name} is missing in {spoken:#?}");
    }

    let told = format!("{spans:?}");
    let heard = client.events().into_iter().filter_map(|event| Some(event.payload["text"].as_str()?.to_owned()));
    for text in heard.chain([SPOKEN.to_owned(), "marmalade".to_owned()]) {
        assert!(!told.contains(&text), "{text:?} is in {told}");
    }
    let log = place.process.log();
    assert!(!log.contains("op.id") && !log.contains("first token"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stored_belongs_to_the_turn_that_is_being_said_however_many_pieces_it_has() {
    let (collected, endpoint) = Collected::start().await;
    let mut place = Place::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)]);
    let client = place.connect(&place.token("ann", "trainee")).await;
    let mut wish = start_session("s-1");
    wish["turnDetection"] = "manual".into();
    client.emit("start-session", &wish);
    for turn in 1..=2_u64 {
        for piece in 0..3 {
            let seq = (turn - 1) * 3 + piece;
            client.emit("audio-chunk", &chunk("s-1", seq));
            let stored = |event: &testkit::SocketEvent| {
                event.name == "audio-received" && event.payload["throughSeq"].as_u64() == Some(seq)
            };
            client.wait_for(stored).await.unwrap();
        }
        client.emit("end-turn", &session("s-1"));
        let answered = turn.to_string();
        let answer = |event: &testkit::SocketEvent| {
            event.name == "ai-response" && event.payload["turnId"].as_str() == Some(answered.as_str())
        };
        client.wait_for(answer).await.unwrap();
    }
    client.emit("end-session", &session("s-1"));
    client.wait_for(|event| event.name == "session-ended").await.unwrap();
    place.process.terminate();

    let spans = collected.spans();
    let spans = of_session(&spans, "s-1");
    let turns: BTreeSet<i64> = spans.iter().filter_map(|span| number(span, "turn.id")).collect();
    assert_eq!(turns, BTreeSet::from([1, 2]), "{spans:#?}");
    for number_of in turns {
        let parent = &turn(&spans, number_of).span_id;
        let stores = spans.iter().filter(|span| span.name == "store" && &span.parent_span_id == parent);
        assert_eq!(stores.count(), 3, "{spans:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_is_told_once_and_holds_nobody_up() {
    let endpoint = format!("http://127.0.0.1:{}", free_port());
    let mut place = Place::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)]);
    let client = place.connect(&place.token("ann", "trainee")).await;
    client.emit("start-session", &start_session("s-1"));
    client.emit("transcription", &said("s-1", SPOKEN));
    client.wait_for(|event| event.name == "ai-response").await.unwrap();
    place.process.terminate();
    let log = place.process.log();
    assert_eq!(log.matches("Spans cannot be sent").count(), 1, "{log}");
    assert!(log.contains(" stopped"), "{log}");
}
