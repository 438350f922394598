//! What is wrong with a configuration, said so that it can be mended.

use serde::Serialize;
use std::fmt;
use std::path::PathBuf;

/// One thing that is wrong, or that could go wrong. Its text is one line that names the fix, and no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// The file, as it was named; none for what the command line or the environment says or lacks.
    pub file: Option<PathBuf>,
    /// The line, counted from 1.
    pub line: Option<usize>,
    /// What is wrong and how to mend it.
    pub text: String,
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The server does not start.
    Error,
    /// It starts, but probably does not do what is wanted.
    Warning,
}

impl Problem {
    /// An error of the command line or the environment, or one of the file as a whole.
    pub(super) fn outside(text: impl Into<String>) -> Self {
        Self { severity: Severity::Error, file: None, line: None, text: text.into() }
    }

    /// The same as something to mind.
    pub(super) fn softened(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }

    /// Whether the server does not start with it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(out, "{}:{line}: {}", file.display(), self.text),
            (Some(file), None) => write!(out, "{}: {}", file.display(), self.text),
            (None, _) => out.write_str(&self.text),
        }
    }
}

impl std::error::Error for Problem {}
