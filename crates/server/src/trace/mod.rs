//! Traces for OpenTelemetry: what one request did and how long each part took, sent to a collector.
//!
//! They are on when `OTEL_EXPORTER_OTLP_ENDPOINT` says where to, and otherwise cost one load. Spans are made here and
//! by nobody else, with attributes from lists that are known: an operation, a status, the id of a deployment or of a
//! request. Nothing that a request says is among them. (docs/adr/0009 says why the log's spans are not used.)

mod client;

use crate::error::{Error, Result};
use crate::world::Stopwatch;
use client::Client;
use http::HeaderMap;
use opentelemetry::context::FutureExt;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{Span as _, SpanBuilder, SpanKind, Status, TraceContextExt, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_otlp::{SpanExporter, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, Span};
use std::sync::OnceLock;
use std::time::Duration;

/// The header in which a proxy says which trace a request is a part of.
pub const PARENT: &str = "traceparent";

/// How long a stop waits for what has not been sent yet.
const FLUSH: Duration = Duration::from_secs(3);

static TRACER: OnceLock<SdkTracer> = OnceLock::new();

/// Sends what has not been sent when the server stops.
#[derive(Debug)]
pub struct Sending(SdkTracerProvider);

/// Begins to trace, if the environment says where to.
///
/// # Errors
/// When what it says cannot be used.
pub fn start(env: &dyn Fn(&str) -> Option<String>) -> Result<Option<Sending>> {
    let Some(exporter) = exporter(env)? else { return Ok(None) };
    let said = |name: &str| env(name).filter(|value| !value.is_empty());
    let provider =
        SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource(&said)).build();
    let tracer = provider.tracer("keyrack");
    TRACER.set(tracer).map_err(|_| Error::internal("begin to trace", "traces were begun already"))?;
    Ok(Some(Sending(provider)))
}

/// Why [`start`] would refuse what the environment says: one line for the operator, or none. To be asked where there
/// is a runtime.
#[must_use]
pub fn refusal(env: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    exporter(env).err().map(|error| error.cause().unwrap_or(error.message()).to_owned())
}

/// What sends to the collector that the environment names, if it names one.
fn exporter(env: &dyn Fn(&str) -> Option<String>) -> Result<Option<SpanExporter>> {
    let said = |name: &str| env(name).filter(|value| !value.is_empty());
    let endpoint =
        ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"].into_iter().find_map(said);
    let off = said("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
        || said("OTEL_TRACES_EXPORTER").is_some_and(|value| value == "none");
    let Some(endpoint) = endpoint.filter(|_| !off) else { return Ok(None) };
    let wrong = |cause: &str| Error::internal("OTEL_EXPORTER_OTLP_ENDPOINT", cause);
    let secure = match url::Url::parse(&endpoint).as_ref().map(url::Url::scheme) {
        Ok("http") => false,
        Ok("https") => true,
        _ => return Err(wrong("it is no URL of a collector; write it like http://127.0.0.1:4318")),
    };
    // What the crate says may repeat a header, which is a secret.
    let exporter = SpanExporter::builder().with_http().with_http_client(Client::new(secure)?).build();
    exporter.map(Some).map_err(|_| {
        wrong(
            "it cannot be used with the other OTEL_ variables; OTEL_EXPORTER_OTLP_PROTOCOL is http/protobuf",
        )
    })
}

/// What sends them: `keyrack`, unless the environment calls it otherwise.
fn resource(said: &dyn Fn(&str) -> Option<String>) -> Resource {
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let named = said("OTEL_SERVICE_NAME").is_some()
        || said("OTEL_RESOURCE_ATTRIBUTES").is_some_and(|all| all.contains("service.name="));
    let builder = Resource::builder().with_attribute(version);
    if named { builder.build() } else { builder.with_service_name("keyrack").build() }
}

impl Sending {
    /// Sends what has not been sent yet, for a few seconds at most.
    pub async fn finish(self) {
        // It waits, and for a thread that needs this runtime.
        let finished = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(FLUSH));
        if !matches!(finished.await, Ok(Ok(()))) {
            tracing::warn!("some traces could not be sent");
        }
    }
}

/// Whether requests are traced.
#[must_use]
pub fn is_on() -> bool {
    TRACER.get().is_some()
}

/// What is known of a request when it arrives: its method, and the operation and route that it asks for, if any.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The method; one that is none of HTTP's is not repeated.
    pub method: &'a http::Method,
    /// The operation's id, or what stands for it.
    pub operation: &'static str,
    /// The operation's path; none for what is no operation.
    pub route: Option<&'static str>,
}

/// The span of a request that is being answered.
#[derive(Debug)]
pub struct Request(Context);

/// The deployment that a request meant, as a part of its answer.
#[derive(Clone, Debug)]
struct Of(String);

impl Request {
    /// Begins one, if requests are traced; a part of the trace that `headers` name, if those can be believed.
    /// It began now, or with the watch.
    #[must_use]
    pub fn begin(asked: Asked<'_>, headers: Option<&HeaderMap>, began: Option<&Stopwatch>) -> Option<Self> {
        let tracer = TRACER.get()?;
        let parent = headers.map_or_else(Context::new, |headers| {
            TraceContextPropagator::new().extract_with_context(&Context::new(), &HeaderExtractor(headers))
        });
        let method = match asked.method.as_str() {
            known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => known.to_owned(),
            _ => "_OTHER".to_owned(),
        };
        let name = asked.route.map_or_else(|| method.clone(), |route| format!("{method} {route}"));
        let mut attributes = vec![
            KeyValue::new("http.request.method", method),
            KeyValue::new("keyrack.operation", asked.operation),
        ];
        attributes.extend(asked.route.map(|route| KeyValue::new("http.route", route)));
        let mut builder =
            SpanBuilder::from_name(name).with_kind(SpanKind::Server).with_attributes(attributes);
        if let Some(watch) = began {
            builder = builder.with_start_time(watch.began_at());
        }
        let span = builder.start_with_context(tracer, &parent);
        Some(Self(parent.with_span(span)))
    }

    /// Answers within it: what is done for the answer becomes a part of it.
    pub async fn around<F: Future>(&self, answer: F) -> F::Output {
        answer.with_context(self.0.clone()).await
    }

    /// Ends it with what was answered.
    pub fn end(self, answer: &http::Response<axum::body::Body>) {
        let span = self.0.span();
        let status = answer.status();
        span.set_attribute(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
        if let Some(id) = answer.headers().get("x-request-id").and_then(|id| id.to_str().ok()) {
            span.set_attribute(KeyValue::new("keyrack.request_id", id.to_owned()));
        }
        if let Some(Of(deployment)) = answer.extensions().get::<Of>() {
            span.set_attribute(KeyValue::new("keyrack.deployment", deployment.clone()));
        }
        if status.is_server_error() {
            span.set_status(Status::error(""));
        }
        span.end();
    }
}

/// Notes on an answer which deployment its request meant.
pub fn note_deployment(answer: &mut http::Response<axum::body::Body>, deployment: &str) {
    if is_on() {
        answer.extensions_mut().insert(Of(deployment.to_owned()));
    }
}

/// A part of what is done for a request; it ends when it is dropped.
#[derive(Debug)]
pub struct Part(Option<Span>);

/// Begins a part of the request that is being answered; nothing where none is, or none is traced.
#[must_use]
pub fn part(name: &'static str, attribute: Option<(&'static str, &'static str)>) -> Part {
    let Some(tracer) = TRACER.get() else { return Part(None) };
    let request = Context::current();
    if !request.span().span_context().is_sampled() {
        return Part(None);
    }
    let mut builder = SpanBuilder::from_name(name).with_kind(SpanKind::Internal);
    builder.attributes = attribute.map(|(key, value)| vec![KeyValue::new(key, value)]);
    Part(Some(builder.start_with_context(tracer, &request)))
}

impl Part {
    /// Ends it, saying whether it failed.
    pub fn end(self, failed: bool) {
        if let Some(mut span) = self.0.filter(|_| failed) {
            span.set_status(Status::error(""));
        }
    }
}

/// Takes the request that is being answered along into a task of its own.
pub fn along<F: Future>(task: F) -> impl Future<Output = F::Output> {
    task.with_current_context()
}
