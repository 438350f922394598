//! How the log is written, what it may say of a panic, and how often it says the same.

use crate::world::Stopwatch;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// How a line of the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// One JSON object.
    Json,
}

/// What `KEYRACK_LOG_FORMAT` says, if it says anything.
///
/// # Errors
/// One line for the operator when it is not known.
pub fn form(env: &dyn Fn(&str) -> Option<String>) -> Result<Option<Form>, String> {
    match env("KEYRACK_LOG_FORMAT").unwrap_or_default().as_str() {
        "" => Ok(None),
        "text" => Ok(Some(Form::Text)),
        "json" => Ok(Some(Form::Json)),
        other => Err(format!("KEYRACK_LOG_FORMAT={other:?} is not known; write \"json\" or \"text\"")),
    }
}

/// What `KEYRACK_LOG` lets through, if it says anything.
///
/// # Errors
/// One line for the operator when it is no filter.
pub fn filter(env: &dyn Fn(&str) -> Option<String>) -> Result<Option<EnvFilter>, String> {
    let Some(said) = env("KEYRACK_LOG").filter(|said| !said.is_empty()) else { return Ok(None) };
    // A lone word that is no level would be the name of a module: everything else would be silent.
    let is_level = |part: &str| part.trim().parse::<LevelFilter>().is_ok();
    let is_fine = said.split(',').all(|part| part.contains(['=', '[', ']']) || is_level(part));
    let filter = is_fine.then(|| EnvFilter::try_new(&said).ok()).flatten();
    filter.map(Some).ok_or_else(|| {
        format!(
            "KEYRACK_LOG={said:?} is no filter; write error, warn, info, debug or trace, or levels by place such as \
             \"info,keyrack_server=debug\""
        )
    })
}

/// The same without what webauthn-rs says: errors about answers that anybody may send, and at other levels the answers
/// themselves, with the challenges. What it refuses is said at debug level in its place.
#[must_use]
pub fn without_passkeys(filter: EnvFilter) -> EnvFilter {
    ["webauthn_rs=off", "webauthn_rs_core=off"]
        .iter()
        .filter_map(|quiet| quiet.parse().ok())
        .fold(filter, EnvFilter::add_directive)
}

/// How long the same is not said again.
const QUIET: Duration = Duration::from_secs(5);

/// What is said once, and then once in a while with how often it happened meanwhile: while a database is away every
/// request fails for the same reason.
#[derive(Debug, Default)]
pub struct Repeated(Mutex<Option<(Stopwatch, u64)>>);

impl Repeated {
    /// Whether it is to be said now: how often it was not since it was said last.
    pub fn say(&self) -> Option<u64> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match last.as_mut() {
            Some((said, unsaid)) if said.elapsed() < QUIET => {
                *unsaid += 1;
                None
            }
            _ => Some(last.replace((Stopwatch::start(), 0)).map_or(0, |(_, unsaid)| unsaid)),
        }
    }
}

/// Characters of a panic's text that are logged.
const LONGEST: usize = 300;

/// Makes a panic an event of the log like any other: one record, wherever it happens.
pub fn note_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let cause = without_values(panic.payload_as_str().unwrap_or("no text"));
        tracing::error!(place, cause, "panicked");
    }));
}

/// A panic's text without what stands in quotes or backticks: it may be what somebody typed. The place of the
/// panic says the rest.
#[must_use]
pub fn without_values(text: &str) -> String {
    let mut shown = String::new();
    let mut within: Option<char> = None;
    for letter in text.chars().take(LONGEST) {
        match within {
            Some(quote) if letter == quote => within = None,
            Some(_) => continue,
            None if matches!(letter, '"' | '`' | '\'') => {
                within = Some(letter);
                shown.push(letter);
                shown.push('…');
                continue;
            }
            None => {}
        }
        shown.push(letter);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    fn says(value: &str) -> impl Fn(&str) -> Option<String> {
        move |_| Some(value.to_owned())
    }

    #[test]
    fn a_filter_is_levels_and_places_and_nothing_else() {
        for fine in
            ["info", "WARN", "off", "keyrack_server=debug", "warn,keyrack_server=info", "[request]=debug"]
        {
            assert!(matches!(filter(&says(fine)), Ok(Some(_))), "{fine}");
        }
        for wrong in ["verbose", "warning", "info,keyrack_server", "keyrack_server=loud", "info;debug", "=,="]
        {
            let refused = filter(&says(wrong)).unwrap_err();
            assert!(
                refused.contains("KEYRACK_LOG=") && refused.contains("keyrack_server=debug"),
                "{refused}"
            );
        }
        assert!(matches!(filter(&says("")), Ok(None)));
    }

    #[test]
    fn no_filter_lets_out_what_the_library_of_passkeys_says() {
        for said in ["trace", "info", "webauthn_rs_core=trace", "warn,keyrack_server=info"] {
            let filter = without_passkeys(filter(&says(said)).unwrap().unwrap());
            assert!(filter.to_string().contains("webauthn_rs_core=off"), "{filter}");
            assert!(!filter.to_string().contains("webauthn_rs_core=trace"), "{filter}");
        }
    }

    #[test]
    fn what_repeats_is_said_once_and_counted() {
        let repeated = Repeated::default();
        assert_eq!(repeated.say(), Some(0));
        assert_eq!((repeated.say(), repeated.say()), (None, None));
        let counted = repeated.0.lock().unwrap().take().unwrap().1;
        assert_eq!(counted, 2);
    }

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn n01_what_was_typed_is_not_in_the_text_of_a_panic() {
        for (text, shown) in [
            (
                "called `Result::unwrap()` on an `Err` value: Bad(\"canary\")",
                "called `…` on an `…` value: Bad(\"…\")",
            ),
            (
                "byte index 1 is not a char boundary; it is inside 'é' (bytes 0..2) of `écanary`",
                "byte index 1 is not a char boundary; it is inside '…' (bytes 0..2) of `…`",
            ),
            ("of `canary that is cut", "of `…"),
            ("index out of bounds: the len is 3", "index out of bounds: the len is 3"),
        ] {
            assert_eq!(without_values(text), shown);
        }
        assert_eq!(without_values(&"x".repeat(5_000)).len(), LONGEST);
    }

    #[test]
    fn n06_a_panic_is_one_record_of_json_and_says_no_value() {
        let lines = Lines::default();
        let kept = lines.clone();
        let log = tracing_subscriber::fmt().json().with_writer(move || kept.clone()).finish();
        let before = std::panic::take_hook();
        note_panics();
        let panicked = std::thread::spawn(move || {
            tracing::subscriber::with_default(log, || {
                let typed = String::from("écanary\n{\"level\":\"forged\"}");
                let _ = &typed[1..];
            });
        });
        assert!(panicked.join().is_err());
        std::panic::set_hook(before);
        let said = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert_eq!(said.lines().count(), 1, "{said}");
        let record: serde_json::Value = serde_json::from_str(&said).unwrap();
        assert_eq!((&record["level"], &record["fields"]["message"]), (&"ERROR".into(), &"panicked".into()));
        assert!(record["fields"]["place"].as_str().unwrap().contains("log.rs:"), "{said}");
        assert!(!said.contains("canary") && !said.contains("forged"), "{said}");
    }
}
