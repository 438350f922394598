use std::fmt;
use std::path::PathBuf;

/// Why the server does not start. Its text is one line that names the place and the fix, and no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigError {
    /// The file cannot be read.
    Unreadable {
        /// The file, as it was named.
        path: PathBuf,
        /// What the operating system says.
        cause: String,
    },
    /// Something in the file is not understood or not allowed.
    InFile {
        /// The file, as it was named.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong and how to mend it.
        text: String,
    },
    /// An argument or a variable is missing, or says what is not allowed.
    Outside(String),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, cause } => {
                write!(
                    out,
                    "{}: cannot be read ({cause}); check --config and the file's permissions",
                    path.display()
                )
            }
            Self::InFile { path, line, text } => write!(out, "{}:{line}: {text}", path.display()),
            Self::Outside(text) => out.write_str(text),
        }
    }
}

impl std::error::Error for ConfigError {}
