//! Spans on their way to a collector.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use anyhow::Context as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter as OtlpExporter, WithExportConfig as _};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{SdkTracerProvider, SpanData, SpanExporter},
};
use tracing::Subscriber;
use tracing_subscriber::{Layer, filter::Targets, registry::LookupSpan};

use crate::config::Traces;

/// Sends in the background, in a thread of its own.
pub(super) fn provider(traces: &Traces) -> anyhow::Result<SdkTracerProvider> {
    let otlp = OtlpExporter::builder().with_http().with_endpoint(format!("{}/v1/traces", traces.endpoint)).build();
    let exporter = Watched {
        exporter: otlp.context("cannot send spans; look at OTEL_EXPORTER_OTLP_ENDPOINT")?,
        is_failing: AtomicBool::new(false),
    };
    let resource = Resource::builder().with_service_name(traces.service.clone()).build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

pub(super) fn layer<S: Subscriber + for<'span> LookupSpan<'span>>(provider: &SdkTracerProvider) -> impl Layer<S> {
    tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("repartee"))
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_level(false)
        .with_tracked_inactivity(false)
        .with_filter(Targets::new().with_target(runtime::SPANS, tracing::Level::INFO))
}

/// Says when spans cannot be sent, once, and when they can again; not where to, since an address can hold a password.
#[derive(Debug)]
struct Watched {
    exporter: OtlpExporter,
    is_failing: AtomicBool,
}

impl SpanExporter for Watched {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let sent = self.exporter.export(batch).await;
        let was_failing = self.is_failing.swap(sent.is_err(), Ordering::Relaxed);
        match &sent {
            Err(error) if !was_failing => {
                tracing::warn!(%error, "Spans cannot be sent; look at OTEL_EXPORTER_OTLP_ENDPOINT");
            }
            Ok(()) if was_failing => tracing::info!("Spans can be sent again"),
            _ => (),
        }
        sent
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}
