//! A named text that an operation takes.

/// A named text that an operation takes.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub about: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// Whether there may be several of it.
    pub list: bool,
    /// Whether it is a yes or no.
    pub flag: bool,
    /// Whether it is an object instead of a text.
    pub object: bool,
    /// Whether it may be a file.
    pub file: bool,
    /// The words that it may be, all if empty.
    pub words: &'static [&'static str],
    /// The fewest and the most characters, as far as they are the same everywhere.
    pub length: (Option<usize>, Option<usize>),
    /// What it looks like (a regular expression), `""` for anything.
    pub pattern: &'static str,
}

impl Field {
    /// A field that may be left out.
    #[must_use]
    pub const fn optional(name: &'static str, about: &'static str) -> Self {
        Self {
            name,
            about,
            required: false,
            list: false,
            flag: false,
            object: false,
            file: false,
            words: &[],
            length: (None, None),
            pattern: "",
        }
    }

    /// A field that must be there.
    #[must_use]
    pub const fn required(name: &'static str, about: &'static str) -> Self {
        Self { required: true, length: (Some(1), None), ..Self::optional(name, about) }
    }

    /// Several texts.
    #[must_use]
    pub const fn list(self) -> Self {
        Self { list: true, length: (None, None), ..self }
    }

    /// A yes or no.
    #[must_use]
    pub const fn flag(self) -> Self {
        Self { flag: true, ..self }
    }

    /// An object, which in a form is a text in JSON.
    #[must_use]
    pub const fn object(self) -> Self {
        Self { object: true, length: (None, None), ..self }
    }

    /// A file of a multipart form, or a text.
    #[must_use]
    pub const fn file(self) -> Self {
        Self { file: true, length: (None, None), ..self }
    }

    /// One of these words.
    #[must_use]
    pub const fn one_of(self, words: &'static [&'static str]) -> Self {
        Self { words, ..self }
    }

    /// From `min` to `max` characters.
    #[must_use]
    pub const fn length(self, min: usize, max: usize) -> Self {
        Self { length: (Some(min), Some(max)), ..self }
    }

    /// What it looks like.
    #[must_use]
    pub const fn pattern(self, pattern: &'static str) -> Self {
        Self { pattern, ..self }
    }
}
