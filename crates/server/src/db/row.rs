use crate::error::{Error, Result};

/// A value on its way into a statement.
#[derive(Clone, Copy, Debug)]
pub enum Param<'a> {
    /// SQL's null.
    Null,
    /// A `bigint`.
    Int(i64),
    /// A `text`.
    Text(&'a str),
}

impl<'a> From<&'a str> for Param<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Param<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Param<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl<'a, T: Into<Param<'a>>> From<Option<T>> for Param<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<'a> From<&'a Value> for Param<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Int(number) => Self::Int(*number),
            Value::Text(text) => Self::Text(text),
        }
    }
}

/// A value on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// SQL's null.
    Null,
    /// A `bigint`.
    Int(i64),
    /// A `text`.
    Text(String),
}

/// One row, its columns in the order of the select.
#[derive(Debug)]
pub struct Row(pub(super) Vec<Value>);

impl Row {
    /// Reads the columns one after another.
    #[must_use]
    pub fn cells(self) -> Cells {
        Cells { values: self.0.into_iter(), column: 0 }
    }
}

/// The columns of one row that are not read yet.
#[derive(Debug)]
pub struct Cells {
    values: std::vec::IntoIter<Value>,
    column: usize,
}

impl Cells {
    fn next(&mut self) -> Value {
        self.column += 1;
        self.values.next().unwrap_or(Value::Null)
    }

    fn wrong<T>(&self, expected: &str) -> Result<T> {
        Err(Error::internal("read a row", format!("column {} is not {expected}", self.column)))
    }

    /// The next column, a text.
    ///
    /// # Errors
    /// When it is something else.
    pub fn text(&mut self) -> Result<String> {
        match self.next() {
            Value::Text(text) => Ok(text),
            _ => self.wrong("a text"),
        }
    }

    /// The next column, a text or null.
    ///
    /// # Errors
    /// When it is something else.
    pub fn optional_text(&mut self) -> Result<Option<String>> {
        match self.next() {
            Value::Text(text) => Ok(Some(text)),
            Value::Null => Ok(None),
            Value::Int(_) => self.wrong("a text or null"),
        }
    }

    /// The next column, a number.
    ///
    /// # Errors
    /// When it is something else.
    pub fn int(&mut self) -> Result<i64> {
        match self.next() {
            Value::Int(number) => Ok(number),
            _ => self.wrong("a number"),
        }
    }

    /// The next column, a number or null.
    ///
    /// # Errors
    /// When it is something else.
    pub fn optional_int(&mut self) -> Result<Option<i64>> {
        match self.next() {
            Value::Int(number) => Ok(Some(number)),
            Value::Null => Ok(None),
            Value::Text(_) => self.wrong("a number or null"),
        }
    }
}
