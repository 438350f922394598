//! Names of the common browsers and systems, for a list in which people recognise their own devices.
//!
//! Nothing is decided by them. A full parser would bring thousands of patterns for names nobody looks at.

/// What stands before the name of a program that somebody has let in.
const PROGRAM: &str = "Program: ";

/// The words of a program that somebody has let in under this name.
#[must_use]
pub fn of_program(name: &str, user_agent: &str) -> String {
    format!("{PROGRAM}{}; {user_agent}", name.replace(';', ","))
}

/// The browser that a user agent names, or the program that was let in; `""` when it is none of the common ones.
#[must_use]
pub fn browser(user_agent: &str) -> &str {
    if let Some(rest) = user_agent.strip_prefix(PROGRAM) {
        return rest.split(';').next().unwrap_or_default();
    }
    // Most of them claim to be the ones further down, too.
    first(
        user_agent,
        &[
            ("Edg", "Edge"),
            ("OPR/", "Opera"),
            ("SamsungBrowser/", "Samsung Internet"),
            ("Firefox/", "Firefox"),
            ("FxiOS/", "Firefox"),
            ("CriOS/", "Chrome"),
            ("Chrome/", "Chrome"),
            ("Safari/", "Safari"),
        ],
    )
}

/// The device or system that a user agent names, `""` when it is none of the common ones.
#[must_use]
pub fn device(user_agent: &str) -> &'static str {
    first(
        user_agent,
        &[
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("Android", "Android"),
            ("CrOS", "ChromeOS"),
            ("Windows", "Windows"),
            ("Macintosh", "Mac"),
            ("Linux", "Linux"),
        ],
    )
}

fn first(user_agent: &str, names: &[(&str, &'static str)]) -> &'static str {
    names.iter().find(|(mark, _)| user_agent.contains(mark)).map_or("", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_browsers_are_named() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
        assert_eq!((browser(chrome), device(chrome)), ("Chrome", "Linux"));
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36 Edg/156.0";
        assert_eq!((browser(edge), device(edge)), ("Edge", "Windows"));
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 Version/26.0 Mobile Safari/604.1";
        assert_eq!((browser(phone), device(phone)), ("Safari", "iPhone"));
        assert_eq!((browser("curl/8.0"), device("")), ("", ""));
        let program = of_program("a; b", "keyrack/1.0 (Linux)");
        assert_eq!((browser(&program), device(&program)), ("a, b", "Linux"));
    }
}
