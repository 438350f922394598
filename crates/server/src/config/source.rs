//! The text of `keyrack.toml`, and what was found wrong in it so far.

use super::problem::{Problem, Severity};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::de::DeTable;

/// A file that is being read. Reading goes on after a problem, so that all of them can be told at once.
pub(super) struct Source {
    pub(super) path: PathBuf,
    text: String,
    problems: RefCell<Vec<Problem>>,
    /// The keys that are there but were refused, all or in part.
    bad: RefCell<BTreeSet<String>>,
    /// Where each key stands that was read: `deployment.0.origin` → line.
    lines: RefCell<BTreeMap<String, usize>>,
}

impl Source {
    pub(super) fn new(path: PathBuf, text: String) -> Self {
        Self { path, text, problems: RefCell::default(), bad: RefCell::default(), lines: RefCell::default() }
    }

    pub(super) fn open(path: &Path) -> Result<Self, Problem> {
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Self::new(path.to_owned(), text)),
            Err(cause) => Err(Problem {
                file: Some(path.to_owned()),
                ..Problem::outside(format!(
                    "cannot be read ({cause}); check --config and the file's permissions"
                ))
            }),
        }
    }

    /// The tables of the file; none when it is no TOML.
    pub(super) fn parse(&self) -> Option<DeTable<'_>> {
        let (table, errors) = DeTable::parse_recoverable(&self.text);
        for error in &errors {
            let text = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
            self.refuse(&error.span().unwrap_or(0..0), text.replace('`', "\""));
        }
        errors.is_empty().then(|| table.into_inner())
    }

    /// Notes an error in what stands at `span`.
    pub(super) fn refuse(&self, span: &Range<usize>, text: impl Into<String>) {
        self.note(Severity::Error, Some(self.line(span)), text.into());
    }

    /// Notes an error or a warning about the key at `place`, or about the nearest table around it that is there.
    pub(super) fn complain(&self, severity: Severity, place: &str, text: impl Into<String>) {
        let lines = self.lines.borrow();
        let mut around = place;
        let line = loop {
            match (lines.get(around), around.rsplit_once('.')) {
                (Some(line), _) => break Some(*line),
                (None, Some((outer, _))) => around = outer,
                (None, None) => break None,
            }
        };
        self.note(severity, line, text.into());
    }

    /// Remembers where a key stands.
    pub(super) fn remember(&self, place: String, span: &Range<usize>) {
        self.lines.borrow_mut().insert(place, self.line(span));
    }

    /// Notes an error in the value of the key at `place`, which stands at `span`.
    pub(super) fn refuse_key(&self, place: String, span: &Range<usize>, text: impl Into<String>) {
        self.refuse(span, text);
        self.bad.borrow_mut().insert(place);
    }

    /// Whether the key at `place` is there but was refused: what follows from that needs no second complaint.
    pub(super) fn is_bad(&self, place: &str) -> bool {
        self.bad.borrow().contains(place)
    }

    /// The problems found since the last time.
    pub(super) fn take_problems(&self) -> Vec<Problem> {
        self.problems.take()
    }

    fn note(&self, severity: Severity, line: Option<usize>, text: String) {
        self.problems.borrow_mut().push(Problem { severity, file: Some(self.path.clone()), line, text });
    }

    fn line(&self, span: &Range<usize>) -> usize {
        self.text.get(..span.start).unwrap_or(&self.text).matches('\n').count() + 1
    }
}
