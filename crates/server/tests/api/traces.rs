//! Traces, as a collector receives them from the real binary.

use crate::support::{Browser, NO_CERTIFICATES, PASSWORD, Process, free_address};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use keyrack_server::world::Stopwatch;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind};
use prost::Message;
use rustix::process::Signal;
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// What came to the collector: each body, and the headers that came with it.
type Received = Arc<Mutex<Vec<(http::HeaderMap, Bytes)>>>;

/// A collector, and where it is.
async fn collector() -> (String, Received) {
    let received = Received::default();
    let take = async |State(received): State<Received>, headers: http::HeaderMap, body: Bytes| {
        received.lock().unwrap().push((headers, body));
    };
    let routes = Router::new().route("/v1/traces", post(take)).with_state(Arc::clone(&received));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    (format!("http://{address}"), received)
}

/// `keyrack dev` with Ada as its only user and these variables, and where it is.
struct Traced {
    process: Process,
    base: String,
    _folder: TempDir,
}

impl Traced {
    fn start(config: &str, variables: &[(&str, &str)]) -> Self {
        let (address, folder) = (free_address(), tempfile::tempdir().unwrap());
        let seed = format!("[[user]]\nemail = \"ada@example.com\"\npassword = \"{PASSWORD}\"\n");
        fs::write(folder.path().join("seed.toml"), seed).unwrap();
        fs::write(folder.path().join("keyrack.toml"), config).unwrap();
        let line = format!("dev --config keyrack.toml --seed seed.toml --listen {address}");
        let process = Process::start(folder.path(), &line, variables);
        process.says("Ctrl-C stops it");
        Self { process, base: format!("http://{address}"), _folder: folder }
    }

    fn browser(&self) -> Browser {
        Browser::in_staging(&self.base)
    }

    /// Stops it: it ends well, within a few seconds. Gives what it logged.
    fn stop(self) -> String {
        let began = Stopwatch::start();
        self.process.signal(Signal::TERM);
        let ended = self.process.ended();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(began.elapsed() < Duration::from_secs(9), "{:?}", began.elapsed());
        ended.err.join("\n")
    }
}

/// Nothing is sent before the server stops, so that what comes is what a stop has sent.
fn sent_at_the_end(endpoint: &str) -> Vec<(&str, &str)> {
    vec![("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint), ("OTEL_BSP_SCHEDULE_DELAY", "600000")]
}

/// Every span, after a look at what sent them.
fn spans(received: &Received, service: &str) -> Vec<Span> {
    let mut all = Vec::new();
    for (headers, body) in received.lock().unwrap().iter() {
        assert_eq!(headers["content-type"], "application/x-protobuf");
        for from in ExportTraceServiceRequest::decode(body.clone()).unwrap().resource_spans {
            let attributes = from.resource.unwrap().attributes;
            assert_eq!(of(&attributes, "service.name").as_deref(), Some(service));
            assert_eq!(of(&attributes, "service.version").as_deref(), Some(env!("CARGO_PKG_VERSION")));
            all.extend(from.scope_spans.into_iter().flat_map(|scope| scope.spans));
        }
    }
    all
}

/// The value of an attribute, as text.
fn of(attributes: &[KeyValue], name: &str) -> Option<String> {
    let found = attributes.iter().find(|attribute| attribute.key == name)?;
    match found.value.clone()?.value? {
        Value::StringValue(text) => Some(text),
        Value::IntValue(number) => Some(number.to_string()),
        other => panic!("{name}: {other:?}"),
    }
}

fn named<'a>(spans: &'a [Span], name: &str) -> Vec<&'a Span> {
    spans.iter().filter(|span| span.name == name).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_and_what_is_done_for_it_reach_the_collector_when_the_server_stops() {
    let (endpoint, received) = collector().await;
    let mut variables = sent_at_the_end(&endpoint);
    variables.push(("OTEL_SERVICE_NAME", "front-door"));
    variables.extend(NO_CERTIFICATES);
    let server = Traced::start("", &variables);
    let browser = server.browser();
    let refused = server.browser().sign_in("ada", "wrong password").await;
    assert_eq!(refused.status, 401);
    browser.sign_in("ada", PASSWORD).await.ok();
    // The second read and those after it are answered past the router.
    for _ in 0..4 {
        browser.get("/session").await.ok();
    }
    assert_eq!(browser.get("/nowhere/at/all").await.status, 404);
    assert!(received.lock().unwrap().is_empty(), "something was sent before its time");
    server.stop();
    let spans = spans(&received, "front-door");
    let tried = named(&spans, "POST /auth/signin");
    assert_eq!(tried.len(), 2, "{spans:?}");
    let wrong = tried
        .iter()
        .find(|span| of(&span.attributes, "http.response.status_code").unwrap() == "401")
        .unwrap();
    assert_eq!(wrong.kind, SpanKind::Server as i32);
    assert!(wrong.parent_span_id.is_empty() && wrong.end_time_unix_nano > wrong.start_time_unix_nano);
    for (name, value) in [
        ("http.request.method", "POST"),
        ("http.route", "/auth/signin"),
        ("keyrack.operation", "signIn"),
        ("keyrack.deployment", "dev"),
        ("keyrack.request_id", refused.header("x-request-id").unwrap()),
    ] {
        assert_eq!(of(&wrong.attributes, name).as_deref(), Some(value), "{name}");
    }
    let parts: Vec<&Span> = spans.iter().filter(|span| span.parent_span_id == wrong.span_id).collect();
    assert!(parts.iter().all(|part| part.trace_id == wrong.trace_id));
    assert!(parts.iter().all(|part| part.start_time_unix_nano >= wrong.start_time_unix_nano
        && part.end_time_unix_nano <= wrong.end_time_unix_nano));
    let mut done: Vec<_> =
        parts.iter().map(|part| (part.name.as_str(), of(&part.attributes, "keyrack.kind"))).collect();
    done.dedup();
    let write = || ("database", Some("write".to_owned()));
    assert_eq!(done, [write(), ("hash a password", None), write()]);
    let reads = named(&spans, "GET /session");
    assert_eq!(reads.len(), 4);
    for read in reads {
        assert_eq!(of(&read.attributes, "keyrack.deployment").as_deref(), Some("dev"));
        assert_eq!(of(&read.attributes, "http.response.status_code").as_deref(), Some("200"));
        assert!(of(&read.attributes, "keyrack.request_id").is_some());
    }
    // A path that is none of ours is nobody's name.
    assert_eq!(named(&spans, "GET").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn n01_traces_hold_no_secret_and_nothing_that_a_request_said() {
    let (endpoint, received) = collector().await;
    let mut variables = sent_at_the_end(&endpoint);
    variables.extend([
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20canary-key"),
        ("KEYRACK_LOG", "trace"),
    ]);
    let server = Traced::start("", &variables);
    let browser = server.browser();
    browser.sign_in("ada", PASSWORD).await.ok();
    let token = browser.get("/session/token").await.ok()["token"].as_str().unwrap().to_owned();
    let odd = browser.request(http::Method::from_bytes(b"CANARY").unwrap(), "/session");
    let _ = browser.send(odd.header("user-agent", "canary-agent").header("baggage", "canary=1")).await;
    browser.get("/canary/path?canary=query").await.refused();
    browser.get("/session?canary=query").await;
    server.browser().sign_in("canary-name", "canary-password").await.refused();
    let (credential, sign_in) = (browser.credential().unwrap(), browser.sign_in_of("ada").await);
    let log = server.stop();
    assert!(!log.contains("canary-key"), "{log}");
    let received = received.lock().unwrap();
    assert_eq!(received[0].0["authorization"], "Bearer canary-key");
    for (_, body) in received.iter() {
        let text = String::from_utf8_lossy(body).into_owned();
        assert!(text.contains("getSession"), "{text}");
        for secret in
            [PASSWORD, &token, &credential, &sign_in, "ada@", "example.com", "127.0.0.1", "anary", "ANARY"]
        {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_trusted_proxy_says_which_trace_a_request_is_a_part_of() {
    const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    for trusted in [true, false] {
        let (endpoint, received) = collector().await;
        let config = if trusted { "trusted_proxies = [\"127.0.0.1\"]\n" } else { "" };
        let server = Traced::start(&file(config), &sent_at_the_end(&endpoint));
        let browser = server.browser();
        browser.sign_in("ada", PASSWORD).await.ok();
        for _ in 0..3 {
            let asked = browser.request(http::Method::GET, "/session").header("traceparent", PARENT);
            browser.send(asked).await.ok();
        }
        server.stop();
        let spans = spans(&received, "keyrack");
        let reads = named(&spans, "GET /session");
        assert_eq!(reads.len(), 3);
        for read in reads {
            let id = read.trace_id.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            assert_eq!(id == "0af7651916cd43dd8448eb211c80319c", trusted);
            assert_eq!(read.parent_span_id.is_empty(), !trusted);
        }
    }
}

/// A file for `keyrack dev` that begins with these lines.
fn file(before: &str) -> String {
    format!(
        "{before}[[deployment]]\nid = \"dev\"\nmode = \"staging\"\norigin = \"https://auth.example.com\"\n\
         hosts = [\"auth.example.com\"]\n"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_away_or_silent_slows_nothing_down() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    for address in [free_address(), silent.local_addr().unwrap()] {
        let endpoint = format!("http://{address}");
        let few = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
            ("OTEL_BSP_SCHEDULE_DELAY", "1"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "16"),
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4"),
        ];
        let server = Traced::start("", &few);
        let browser = server.browser();
        browser.sign_in("ada", PASSWORD).await.ok();
        let began = Stopwatch::start();
        for _ in 0..200 {
            browser.get("/session").await.ok();
        }
        // A single wait for the collector would be longer.
        assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
        server.stop();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_where_nobody_asked_for_it() {
    let (endpoint, received) = collector().await;
    for off in [
        vec![],
        vec![("OTEL_EXPORTER_OTLP_ENDPOINT", "")],
        vec![("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()), ("OTEL_SDK_DISABLED", "true")],
        vec![("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()), ("OTEL_TRACES_EXPORTER", "none")],
        vec![("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()), ("OTEL_TRACES_SAMPLER", "always_off")],
    ] {
        let server = Traced::start("", &off);
        server.browser().get("/session").await.ok();
        server.stop();
        assert!(received.lock().unwrap().is_empty(), "{off:?}");
    }
}

#[test]
fn an_endpoint_that_is_none_keeps_the_server_from_starting_and_repeats_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    for endpoint in ["collector:4317", "grpc://canary@h", "http://"] {
        let variables = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
            ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=canary"),
        ];
        let line = format!("dev --listen {}", free_address());
        let ended = Process::start(folder.path(), &line, &variables).ended();
        assert_eq!(ended.code, Some(1), "{endpoint}: {ended:?}");
        let said = ended.err.join("\n");
        assert!(said.contains("OTEL_EXPORTER_OTLP_ENDPOINT") && !said.contains("canary"), "{said}");
    }
}
