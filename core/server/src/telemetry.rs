//! What is measured.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Upper bounds of the buckets of times, in seconds.
const SECONDS: [f64; 11] = [
    0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0, 120.0,
];

static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();

/// Begins to measure, once in a process, and gives what reads it.
pub fn metrics() -> PrometheusHandle {
    let begin = || {
        let builder = PrometheusBuilder::new();
        let seconds = Matcher::Suffix("_seconds".to_owned());
        let recorder = match builder.set_buckets_for_metric(seconds, &SECONDS) {
            Ok(builder) => builder.build_recorder(),
            Err(_) => PrometheusBuilder::new().build_recorder(),
        };
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("something else measures already");
        }
        handle
    };
    METRICS.get_or_init(begin).clone()
}
