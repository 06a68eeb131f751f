use std::sync::Arc;

use futures_util::StreamExt;
use ports::{Line, SessionId, scenario_file::shipped};

use super::*;
use crate::openai::scripted_server::{Script, ScriptedServer, chunked, cut_off, http, raw};

fn prompt() -> Prompt {
    let scenario = shipped().into_iter().find(|s| s.id == "price-negotiation").unwrap();
    let line = |speaker, text: &str| Line { speaker, text: text.into() };
    Prompt {
        session: SessionId::parse("s").unwrap(),
        turn: 2,
        max_turns: 10,
        language: "en-GB".to_owned(),
        history: vec![
            line(Speaker::Persona, &scenario.opening),
            line(Speaker::User, "Good morning."),
            line(Speaker::User, "Are you there?"),
            line(Speaker::Persona, "Yes."),
            line(Speaker::User, "Let us talk about the private matter."),
        ],
        scenario: Arc::new(scenario),
    }
}

/// The text, how it ended, and what went wrong.
async fn collect(mut stream: TokenStream) -> (String, Option<(FinishReason, Option<Usage>)>, Option<ProviderError>) {
    let (mut text, mut end) = (String::new(), None);
    while let Some(token) = stream.next().await {
        match token {
            Ok(Token::Text(more)) => {
                assert_eq!(end, None, "text after the end");
                text.push_str(&more);
            }
            Ok(Token::Finish { reason, usage }) => {
                assert_eq!(end, None, "a second end");
                end = Some((reason, usage));
            }
            Err(error) => {
                assert!(stream.next().await.is_none(), "something after an error");
                return (text, end, Some(error));
            }
        }
    }
    (text, end, None)
}

fn model(server: &ScriptedServer) -> ChatModel {
    ChatModel::new(server.endpoint(), "small").unwrap()
}

async fn answer(script: Script) -> (String, Option<(FinishReason, Option<Usage>)>, Option<ProviderError>) {
    let server = ScriptedServer::answering([script]).await;
    collect(model(&server).answer(prompt()).await.unwrap()).await
}

async fn refusal(scripts: Vec<Script>) -> ProviderError {
    let server = ScriptedServer::answering(scripts).await;
    model(&server).answer(prompt()).await.err().expect("an error")
}

const STREAM: &str = concat!(
    ": keep-alive\n\n",
    r#"data: {"id":"1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}"#,
    "\n\n",
    r#"data: {"choices":[{"index":0,"delta":{"reasoning_content":"hm, let me think"}}]}"#,
    "\n\n",
    r#"data:{"choices":[{"index":0,"delta":{"content":"你好, "}}],"obfuscation":"xyz"}"#,
    "\r\n\r\n",
    r#"data: {"choices":[]}"#,
    "\n\n",
    r#"data: {"choices":[{"index":0,"delta":{"content":"friend."}}]}"#,
    "\n\n",
    r#"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
    "\n\n",
    r#"data: {"choices":[],"usage":{"prompt_tokens":20,"completion_tokens":5,"total_tokens":25}}"#,
    "\n\n",
    "data: [DONE]\n\n",
);

#[tokio::test]
async fn it_keeps_the_contract() {
    let script = || chunked("text/event-stream", &[STREAM.as_bytes()]);
    let server = ScriptedServer::answering(std::iter::repeat_with(script).take(9)).await;
    ports::contract::language_model::suite(async || model(&server)).await;
}

#[tokio::test]
async fn an_answer_that_is_no_longer_wanted_is_hung_up_on() {
    let half = &STREAM.as_bytes()[..STREAM.find("friend").unwrap()];
    let server = ScriptedServer::answering([cut_off("text/event-stream", &[half]).and_hang()]).await;
    let mut stream = model(&server).answer(prompt()).await.unwrap();
    assert_eq!(stream.next().await.unwrap(), Ok(Token::Text("你好, ".to_owned())));
    drop(stream);
    assert_eq!(server.other_requests().await, 1);
}

const USAGE: Usage = Usage { input_tokens: 20, output_tokens: 5 };

#[tokio::test]
async fn a_stream_that_is_cut_at_any_byte_says_the_same() {
    let expected = ("你好, friend.".to_owned(), Some((FinishReason::Stop, Some(USAGE))), None);
    for cut in 1..STREAM.len() {
        let (head, tail) = STREAM.as_bytes().split_at(cut);
        assert_eq!(answer(chunked("text/event-stream", &[head, tail])).await, expected, "cut at {cut}");
    }
    let bytes: Vec<&[u8]> = STREAM.as_bytes().chunks(1).collect();
    assert_eq!(answer(chunked("text/event-stream", &bytes)).await, expected);
}

#[tokio::test]
async fn the_end_is_known_without_a_done_line_and_without_a_token_count() {
    let until_stop = STREAM.split("data: {\"choices\":[],\"usage\"").next().unwrap();
    for script in [
        chunked("text/event-stream", &[until_stop.as_bytes()]),
        cut_off("text/event-stream", &[until_stop.as_bytes()]),
        chunked("text/event-stream", &[until_stop.trim_end().as_bytes()]),
    ] {
        let said = answer(script).await;
        assert_eq!(said, ("你好, friend.".to_owned(), Some((FinishReason::Stop, None)), None));
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_garbled_and_has_no_end() {
    let half = &STREAM.as_bytes()[..STREAM.find("friend").unwrap()];
    for script in [cut_off("text/event-stream", &[half]), chunked("text/event-stream", &[half])] {
        let (text, end, error) = answer(script).await;
        assert_eq!((text.as_str(), end), ("你好, ", None));
        assert_eq!(error.unwrap().fault, Fault::Garbled);
    }
    let (text, end, error) = answer(http(200, "application/json", r#"{"choices":[]}"#)).await;
    assert_eq!((text.as_str(), end, error.unwrap().fault), ("", None, Fault::Garbled));
}

#[tokio::test]
async fn an_error_inside_the_stream_is_an_error() {
    for (event, fault, detail) in [
        (r#"{"error":{"message":"private matter","code":429}}"#, Fault::RateLimited, "(429)"),
        (r#"{"error":{"message":"x","type":"server_error","code":null}}"#, Fault::Unavailable, "(server_error)"),
        (r#"{"object":"error","message":"private matter","code":400}"#, Fault::Rejected, "(400)"),
        (r#"{"error":"private matter"}"#, Fault::Unavailable, "an error instead of an answer"),
        ("private matter", Fault::Garbled, "not JSON"),
    ] {
        let stream = format!("data: {event}\n\n");
        let (_, end, error) = answer(chunked("text/event-stream", &[stream.as_bytes()])).await;
        let error = error.unwrap();
        assert_eq!((end, error.fault), (None, fault), "{event}");
        assert!(error.detail.contains(detail), "{error}");
        assert!(!error.detail.contains("private"), "{error}");
    }
}

#[tokio::test]
async fn other_ends_are_told_apart() {
    for (name, reason) in
        [("length", FinishReason::Length), ("content_filter", FinishReason::Filtered), ("eos", FinishReason::Stop)]
    {
        let stream = format!("data: {{\"choices\":[{{\"finish_reason\":\"{name}\"}}]}}\n\n");
        let (_, end, _) = answer(chunked("text/event-stream", &[stream.as_bytes()])).await;
        assert_eq!(end, Some((reason, None)));
    }
}

#[tokio::test]
async fn an_answer_without_an_end_is_stopped() {
    let event = format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{}\"}}}}]}}\n\n", "la ".repeat(1000));
    let (text, end, error) = answer(chunked("text/event-stream", &[event.as_bytes(); 50])).await;
    assert_eq!((end, error), (Some((FinishReason::Length, None)), None));
    assert!(text.len() < MAX_ANSWER_BYTES + 4000, "{}", text.len());
}

#[tokio::test]
async fn the_request_holds_the_persona_and_the_turns() {
    let server = ScriptedServer::answering([chunked("text/event-stream", &[STREAM.as_bytes()])]).await;
    collect(model(&server).answer(prompt()).await.unwrap()).await;
    let request = server.next_request().await;
    assert!(request.head.starts_with("POST /v1/chat/completions HTTP/1.1"), "{}", request.head);
    assert!(request.head.contains("authorization: Bearer sk-secret"), "{}", request.head);
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body["model"], "small");
    assert_eq!(body["stream_options"]["include_usage"], true);
    assert_eq!(body["max_tokens"], 200);
    let messages = body["messages"].as_array().unwrap();
    let roles: Vec<&str> = messages.iter().map(|message| message["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "user"]);
    assert!(messages[0]["content"].as_str().unwrap().contains("Priya Raman"));
    assert_eq!(messages[1]["content"], "Good morning.\nAre you there?");
}

#[tokio::test]
async fn a_server_that_cannot_count_tokens_is_asked_without_and_remembered() {
    let good = || chunked("text/event-stream", &[STREAM.as_bytes()]);
    let refused = http(400, "application/json", r#"{"error":{"message":"unknown field stream_options"}}"#);
    let server = ScriptedServer::answering([refused, good(), good()]).await;
    let model = model(&server);
    for _ in 0..2 {
        assert_eq!(collect(model.answer(prompt()).await.unwrap()).await.0, "你好, friend.");
    }
    for asked in [true, false, false] {
        let body: Value = serde_json::from_slice(&server.next_request().await.body).unwrap();
        assert_eq!(body.get("stream_options").is_some(), asked);
    }
}

#[tokio::test]
async fn a_model_that_thinks_is_asked_as_it_wants_to_be_and_that_is_remembered() {
    let good = || chunked("text/event-stream", &[STREAM.as_bytes()]);
    let no_max_tokens = r#"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}"#;
    let no_temperature = r#"{"error":{"message":"Unsupported value.","type":"invalid_request_error","param":"temperature","code":"unsupported_value"}}"#;
    let scripts =
        [http(400, "application/json", no_max_tokens), http(400, "application/json", no_temperature), good(), good()];
    let server = ScriptedServer::answering(scripts).await;
    let model = model(&server);
    for _ in 0..2 {
        assert_eq!(collect(model.answer(prompt()).await.unwrap()).await.0, "你好, friend.");
    }
    let mut asked = Vec::new();
    for _ in 0..4 {
        let body: Value = serde_json::from_slice(&server.next_request().await.body).unwrap();
        assert_eq!(body["stream_options"]["include_usage"], true, "nobody complained about that");
        asked.push(["max_tokens", "max_completion_tokens", "temperature"].map(|name| body.get(name).is_some()));
    }
    let as_it_wants = [false, true, false];
    assert_eq!(asked, [[true, false, true], [false, true, true], as_it_wants, as_it_wants]);
}

#[tokio::test]
async fn a_server_that_refuses_whatever_is_left_out_is_not_asked_for_ever() {
    let refused = || http(400, "application/json", r#"{"error":"max_tokens, temperature and the private matter"}"#);
    let server = ScriptedServer::answering([refused(), refused(), refused(), refused()]).await;
    let error = model(&server).answer(prompt()).await.err().unwrap();
    assert_eq!((error.fault, error.detail.as_str()), (Fault::Rejected, "HTTP 400"));
    assert_eq!(server.other_requests().await, 4);
}

#[tokio::test]
async fn refusals_are_told_apart_and_repeat_neither_key_nor_words() {
    let body = r#"{"error":{"message":"Incorrect key sk-secret for private matter","type":"invalid_request_error","code":"invalid_api_key"}}"#;
    for (script, fault, detail, retry_after) in [
        (
            http(401, "application/json", body),
            Fault::Rejected,
            "HTTP 401 (invalid_api_key, invalid_request_error)",
            None,
        ),
        (http(404, "text/html", "<html>sk-secret private matter"), Fault::Rejected, "HTTP 404", None),
        (http(429, "text/plain\r\nretry-after: 7", "private matter"), Fault::RateLimited, "HTTP 429", Some(7)),
        (http(503, "text/plain\r\nretry-after: 3", ""), Fault::Unavailable, "HTTP 503", Some(3)),
        (http(501, "text/plain", "private matter"), Fault::Unavailable, "HTTP 501", None),
        (http(307, "text/plain\r\nlocation: http://elsewhere/", ""), Fault::Rejected, "HTTP 307", None),
    ] {
        let error = refusal(vec![script]).await;
        assert_eq!((error.fault, error.detail.as_str()), (fault, detail));
        assert_eq!(error.retry_after, retry_after.map(Duration::from_secs));
    }
}

#[tokio::test]
async fn a_quota_that_is_used_up_is_refused_for_good() {
    let body = r#"{"error":{"message":"private matter","type":"insufficient_quota","code":"insufficient_quota"}}"#;
    let error = refusal(vec![http(429, "application/json", body)]).await;
    let detail = "HTTP 429 (insufficient_quota, insufficient_quota)";
    assert_eq!((error.fault, error.detail.as_str()), (Fault::Rejected, detail));
}

#[tokio::test]
async fn words_that_an_inspection_of_content_stops_are_not_refused_for_good() {
    for body in [
        r#"{"error":{"message":"private matter","type":null,"param":"prompt","code":"content_filter"}}"#,
        r#"{"error":{"message":"private matter","type":"data_inspection_failed","code":"data_inspection_failed"}}"#,
    ] {
        let error = refusal(vec![http(400, "application/json", body)]).await;
        assert_eq!(error.fault, Fault::Garbled, "{error}");
    }
}

#[tokio::test]
async fn a_server_that_fails_for_a_moment_is_asked_once_more() {
    let refused = [408, 409, 500, 502, 503, 504].map(|status| http(status, "text/html", ""));
    for gone in refused.into_iter().chain([raw([])]) {
        let good = chunked("text/event-stream", &[STREAM.as_bytes()]);
        let server = ScriptedServer::answering([gone, good]).await;
        assert_eq!(collect(model(&server).answer(prompt()).await.unwrap()).await.0, "你好, friend.");
    }
    let gone = || http(500, "text/html", "private matter");
    let server = ScriptedServer::answering([gone(), gone()]).await;
    let error = model(&server).answer(prompt()).await.err().unwrap();
    assert_eq!((error.fault, error.detail.as_str()), (Fault::Unavailable, "HTTP 500"));
    assert_eq!(server.other_requests().await, 2);
}

#[tokio::test]
async fn nobody_at_the_address_is_unavailable() {
    let error = refusal(vec![]).await;
    assert_eq!(error.fault, Fault::Unavailable);
    assert!(error.detail.starts_with("not reachable: "), "{error}");
    assert!(!error.detail.contains("127.0.0.1"), "{error}");
}

#[tokio::test]
async fn an_answer_that_stops_coming_times_out() {
    let silent = ScriptedServer::answering([raw([]).and_hang()]).await;
    let mut endpoint = silent.endpoint();
    endpoint.timeouts.first_byte = Duration::from_millis(50);
    let error = ChatModel::new(endpoint, "small").unwrap().answer(prompt()).await.err().unwrap();
    assert_eq!((error.fault, error.detail.as_str()), (Fault::TimedOut, "no answer for 50 ms"));

    let half = &STREAM.as_bytes()[..STREAM.find("friend").unwrap()];
    let stuck = ScriptedServer::answering([cut_off("text/event-stream", &[half]).and_hang()]).await;
    let mut endpoint = stuck.endpoint();
    endpoint.timeouts.idle = Duration::from_millis(500);
    let stream = ChatModel::new(endpoint, "small").unwrap().answer(prompt()).await.unwrap();
    let (text, end, error) = collect(stream).await;
    assert_eq!((text.as_str(), end), ("你好, ", None));
    assert_eq!(error.unwrap().detail, "the answer stopped for 500 ms");
}
