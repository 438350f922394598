//! Addresses of programs, to which a sign-in may be handed over.

/// An address with a scheme of a program's own, which is a domain written backwards (RFC 8252, section 7.1).
///
/// # Errors
/// A sentence that says what it looks like.
pub(super) fn redirect(text: &str) -> Result<String, String> {
    let fail = || format!("{text:?} is none; write it like \"com.example.app:/signed-in\"");
    let (scheme, rest) = text.split_once(':').ok_or_else(fail)?;
    let is_scheme = scheme.contains('.')
        && scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte));
    let is_path = rest.starts_with('/')
        && rest.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\\@".contains(&byte));
    if is_scheme && is_path { Ok(text.to_owned()) } else { Err(fail()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_programs_scheme_is_a_domain_written_backwards() {
        for good in ["com.example.app:/signed-in", "com.example.app:/", "com.example-2.app://callback"] {
            assert_eq!(redirect(good).as_deref(), Ok(good));
        }
        for odd in [
            "app:/x",
            "javascript:alert(1)",
            "com.example.app:x",
            "Com.Example:/x",
            "a.b:/x y",
            "a.b:/?q",
            ".b:/x",
            "https://a.b/",
        ] {
            assert!(redirect(odd).is_err(), "{odd}");
        }
    }
}
