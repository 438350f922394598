//! What the log may say of a panic.

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
