//! Writing metrics: what a name means, its type, and its samples.

use super::Timing;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, MetricEncoder};
use prometheus_client::metrics::MetricType;
use std::fmt;

type NoLabels = [(&'static str, &'static str); 0];

/// Labels of a sample: names and values.
pub(super) type Labels<'a> = Vec<(&'static str, &'a str)>;

/// The metrics that are being written.
pub(super) struct Page<'a>(pub(super) DescriptorEncoder<'a>);

impl Page<'_> {
    /// Something that only rises. Its name gets the suffix `_total`.
    pub(super) fn counter<'s>(
        &mut self,
        (name, help): (&str, &str),
        samples: impl IntoIterator<Item = (Labels<'s>, u64)>,
    ) -> fmt::Result {
        self.family((name, help), MetricType::Counter, samples, |encoder, value| {
            encoder.encode_counter::<NoLabels, _, u64>(&value, None)
        })
    }

    /// Something that rises and falls.
    pub(super) fn gauge<'s>(
        &mut self,
        (name, help): (&str, &str),
        samples: impl IntoIterator<Item = (Labels<'s>, f64)>,
    ) -> fmt::Result {
        self.family((name, help), MetricType::Gauge, samples, |encoder, value| encoder.encode_gauge(&value))
    }

    /// A counter without labels whose value is no whole number.
    pub(super) fn counter_of_seconds(&mut self, (name, help): (&str, &str), seconds: f64) -> fmt::Result {
        self.family((name, help), MetricType::Counter, [(Labels::new(), seconds)], |encoder, value| {
            encoder.encode_counter::<NoLabels, _, u64>(&value, None)
        })
    }

    /// A gauge without labels.
    pub(super) fn one(&mut self, about: (&str, &str), value: f64) -> fmt::Result {
        self.gauge(about, [(Vec::new(), value)])
    }

    /// How long something took, in seconds.
    pub(super) fn timing<'s>(
        &mut self,
        (name, help): (&str, &str),
        samples: impl IntoIterator<Item = (Labels<'s>, &'s Timing)>,
    ) -> fmt::Result {
        self.family((name, help), MetricType::Histogram, samples, |encoder, timing| {
            let buckets = timing.buckets();
            let count = buckets.iter().map(|(_, count)| count).sum();
            encoder.encode_histogram::<NoLabels>(timing.sum(), count, &buckets, None)
        })
    }

    fn family<'s, T>(
        &mut self,
        (name, help): (&str, &str),
        kind: MetricType,
        samples: impl IntoIterator<Item = (Labels<'s>, T)>,
        write: impl Fn(&mut MetricEncoder<'_>, T) -> fmt::Result,
    ) -> fmt::Result {
        let mut family = self.0.encode_descriptor(name, help, None, kind)?;
        for (labels, value) in samples {
            if labels.is_empty() {
                write(&mut family, value)?;
            } else {
                write(&mut within(&mut family, &labels)?, value)?;
            }
        }
        Ok(())
    }
}

fn within<'s>(
    family: &'s mut MetricEncoder<'_>,
    labels: &'s impl EncodeLabelSet,
) -> Result<MetricEncoder<'s>, fmt::Error> {
    family.encode_family(labels)
}
