//! Prometheus' text format (0.0.4), read as strictly as it is described: what this takes, a scraper takes.

use std::collections::{BTreeMap, BTreeSet};

/// A scrape: each family by its name.
#[derive(Debug)]
pub struct Scrape(pub BTreeMap<String, Family>);

/// The samples of one metric.
#[derive(Debug)]
pub struct Family {
    pub kind: String,
    pub samples: Vec<Sample>,
}

/// One line.
#[derive(Debug)]
pub struct Sample {
    pub name: String,
    pub labels: BTreeMap<String, String>,
    pub value: f64,
}

impl Scrape {
    /// Reads all of it.
    #[track_caller]
    pub fn parse(text: &str) -> Self {
        assert!(text.ends_with('\n'), "the last line has no end");
        let (mut families, mut series) = (BTreeMap::new(), BTreeSet::new());
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            let (name, help) =
                line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')).expect(line);
            let typed = lines.next().and_then(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
            let (typed, kind) = typed.expect(name);
            assert_eq!(name, typed);
            assert!(is_name(name, true), "{name}");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{name}: {kind}");
            assert_eq!(kind == "counter", name.ends_with("_total"), "{name}: {kind}");
            assert!(!help.trim().is_empty() && !help.contains('\\'), "{name}: {help}");
            let mut samples = Vec::new();
            while let Some(line) = lines.next_if(|line| !line.starts_with('#')) {
                let sample = Sample::parse(line);
                assert!(series.insert((sample.name.clone(), sample.labels.clone())), "twice: {line}");
                samples.push(sample);
            }
            let family = Family { kind: kind.to_owned(), samples };
            family.check(name);
            assert!(families.insert(name.to_owned(), family).is_none(), "{name} is there twice");
        }
        Self(families)
    }

    /// The value of the one sample with this name and exactly these labels; none if there is none.
    pub fn find(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let samples = self.samples();
        samples
            .into_iter()
            .find(|sample| sample.name == name && sample.labels == labels)
            .map(|found| found.value)
    }

    /// The same, 0 where there is none.
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        self.find(name, labels).unwrap_or(0.0)
    }

    /// Every sample.
    pub fn samples(&self) -> Vec<&Sample> {
        self.0.values().flat_map(|family| &family.samples).collect()
    }
}

impl Sample {
    #[track_caller]
    fn parse(line: &str) -> Self {
        let (series, value) = line.rsplit_once(' ').expect(line);
        let (name, labels) = match series.split_once('{') {
            Some((name, rest)) => (name, labels(rest.strip_suffix('}').expect(line))),
            None => (series, BTreeMap::new()),
        };
        assert!(is_name(name, true), "{line}");
        let value: f64 = match value {
            "+Inf" => f64::INFINITY,
            // Rust reads more than a scraper does.
            number => {
                assert!(number.bytes().all(|b| b.is_ascii_digit() || b"+-.e".contains(&b)), "{line}");
                number.parse().expect(line)
            }
        };
        Self { name: name.to_owned(), labels, value }
    }
}

impl Family {
    #[track_caller]
    fn check(&self, name: &str) {
        for sample in &self.samples {
            let suffix = sample.name.strip_prefix(name).expect(name);
            let fits = match self.kind.as_str() {
                "histogram" => ["_bucket", "_sum", "_count"].contains(&suffix),
                _ => suffix.is_empty(),
            };
            assert!(fits, "{} is no sample of {name}", sample.name);
            assert_eq!(sample.labels.contains_key("le"), suffix == "_bucket", "{}", sample.name);
            assert!(self.kind == "gauge" || sample.value >= 0.0, "{} < 0", sample.name);
        }
        if self.kind == "histogram" {
            self.check_buckets(name);
        }
    }

    #[track_caller]
    fn check_buckets(&self, name: &str) {
        let mut all: BTreeMap<BTreeMap<String, String>, Vec<(f64, f64)>> = BTreeMap::new();
        for sample in self.samples.iter().filter(|sample| sample.labels.contains_key("le")) {
            let mut labels = sample.labels.clone();
            let bound = match labels.remove("le").unwrap().as_str() {
                "+Inf" => f64::INFINITY,
                bound => bound.parse().unwrap(),
            };
            all.entry(labels).or_default().push((bound, sample.value));
        }
        for (labels, buckets) in &all {
            let of = |suffix: &str| {
                let named = format!("{name}{suffix}");
                let mut found = self.samples.iter().filter(|s| s.name == named && s.labels == *labels);
                found.next().map(|sample| sample.value).expect(name)
            };
            let rise = buckets.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1);
            assert!(rise, "{name} {labels:?}: {buckets:?}");
            let (bound, count) = *buckets.last().unwrap();
            assert!(bound.is_infinite(), "{name} {labels:?} has no last bucket");
            assert!((count - of("_count")).abs() < 0.5, "{name} {labels:?}: count");
            assert!((of("_sum") > 0.0) == (count > 0.0), "{name} {labels:?}: sum");
        }
        assert_eq!(
            all.len() * 2,
            self.samples.iter().filter(|s| !s.labels.contains_key("le")).count(),
            "{name}"
        );
    }
}

fn is_name(name: &str, colons: bool) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || colons && b == b':';
    name.bytes().all(fits) && name.starts_with(|c: char| !c.is_ascii_digit())
}

/// What stands between the braces.
#[track_caller]
fn labels(text: &str) -> BTreeMap<String, String> {
    let (mut all, mut rest) = (BTreeMap::new(), text);
    loop {
        let (name, after) = rest.split_once("=\"").expect(text);
        assert!(is_name(name, false), "{text}");
        let (value, after) = unquoted(after);
        assert!(all.insert(name.to_owned(), value).is_none(), "{name} is there twice: {text}");
        match after.strip_prefix(',') {
            Some(more) => rest = more,
            None => {
                assert_eq!(after, "", "{text}");
                return all;
            }
        }
    }
}

/// A label's value up to its closing quote, and what follows it.
#[track_caller]
fn unquoted(text: &str) -> (String, &str) {
    let (mut value, mut letters) = (String::new(), text.char_indices());
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (value, &text[at + 1..]),
            '\\' => value.push(match letters.next() {
                Some((_, 'n')) => '\n',
                Some((_, letter @ ('\\' | '"'))) => letter,
                other => panic!("{other:?} after a backslash: {text}"),
            }),
            letter => value.push(letter),
        }
    }
    panic!("no closing quote: {text}")
}

#[test]
fn the_reader_takes_the_format_and_nothing_else() {
    let good = "# HELP a_total A.\n# TYPE a_total counter\na_total{b=\"c\\\"\\\\\\n\",d=\"\"} 1\na_total 2.5e+06\n\
                # HELP h H.\n# TYPE h histogram\nh_bucket{le=\"0.1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 1.5\nh_count 2\n";
    let scrape = Scrape::parse(good);
    assert!((scrape.value("a_total", &[("b", "c\"\\\n"), ("d", "")]) - 1.0).abs() < 1e-9);
    assert!((scrape.value("h_bucket", &[("le", "+Inf")]) - 2.0).abs() < 1e-9);
    let bad = [
        ("a_total 2.5e+06", "a_total nan"),
        ("a_total 2.5e+06", "a_total -1"),
        ("a_total 2.5e+06", "a 2"),
        ("a_total 2.5e+06", "b_total 2"),
        ("a_total 2.5e+06", "a_total{b=\"c\\\"\\\\\\n\",d=\"\"} 7"),
        ("{b=\"", "{1b=\""),
        ("d=\"\"", "b=\"\""),
        ("d=\"\"", "d=\"\",}"),
        ("\\n\"", "\\t\""),
        ("counter", "gauge"),
        ("TYPE a_total", "TYPE b_total"),
        ("HELP a_total A.", "HELP a_total"),
        ("h_bucket{le=\"+Inf\"} 2\n", ""),
        ("h_bucket{le=\"0.1\"} 1", "h_bucket{le=\"0.1\"} 3"),
        ("h_count 2", "h_count 3"),
        ("h_sum 1.5\n", ""),
        ("h_count 2\n", "h_count 2"),
        ("# HELP h H.\n# TYPE h histogram", "# HELP a_total A.\n# TYPE a_total counter"),
    ];
    for (from, to) in bad {
        assert!(good.contains(from), "{from}");
        let text = good.replace(from, to);
        let read = std::panic::catch_unwind(|| drop(Scrape::parse(&text)));
        assert!(read.is_err(), "taken:\n{text}");
    }
}
