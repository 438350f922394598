//! Theme tokens: CSS values that end up in a style sheet of the hosted pages, so that only what is plainly a
//! colour, a length or a font may stand there.

/// Reads the value of the token `name`.
pub(crate) fn token(name: &str, text: &str) -> Result<String, String> {
    let text = text.trim();
    let (fits, what) = match name {
        "radius" | "radius_lg" => (is_length(text), "a length such as \"8px\" or \"0.5rem\""),
        "font_sans" | "font_mono" => (is_fonts(text), "a list of fonts such as \"Inter, sans-serif\""),
        _ => (is_colour(text), "a colour such as \"#1d4ed8\", \"rgb(29 78 216)\" or \"navy\""),
    };
    if fits {
        return Ok(text.to_owned());
    }
    Err(format!("{text:?} is not {what}"))
}

fn is_colour(text: &str) -> bool {
    const FUNCTIONS: [&str; 9] =
        ["rgb(", "rgba(", "hsl(", "hsla(", "hwb(", "lab(", "lch(", "oklab(", "oklch("];
    let plain = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '#' | '(' | ')' | '%' | ',' | '.' | '/' | ' ' | '-' | '+')
    };
    let lower = text.to_ascii_lowercase();
    let form = if text.contains('(') {
        FUNCTIONS.iter().any(|function| lower.starts_with(function)) && text.matches('(').count() == 1
    } else {
        // The crate reads digits without their # too; browsers do not.
        text.starts_with('#') || !text.chars().all(|c| c.is_ascii_hexdigit())
    };
    text.len() <= 100 && text.chars().all(plain) && form && csscolorparser::parse(text).is_ok()
}

fn is_length(text: &str) -> bool {
    let number = ["px", "rem", "em"].iter().find_map(|unit| text.strip_suffix(unit));
    let digits = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    text == "0"
        || number.is_some_and(|number| match number.split_once('.') {
            Some((whole, part)) => digits(whole) && digits(part),
            None => digits(number),
        })
}

/// Names, in quotes where they hold anything but letters, digits and single spaces or hyphens.
fn is_fonts(text: &str) -> bool {
    let word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let bare = |name: &str| !name.is_empty() && name.split(' ').all(word);
    let quoted = |name: &str| {
        let inner = ['"', '\''].iter().find_map(|quote| name.strip_prefix(*quote)?.strip_suffix(*quote));
        inner.is_some_and(|inner| {
            !inner.is_empty()
                && inner.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.'))
        })
    };
    text.len() <= 200 && text.split(',').map(str::trim).all(|name| bare(name) || quoted(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_lengths_and_fonts_are_taken_as_they_are() {
        for colour in [
            "#abc",
            "#AABBCCDD",
            "rebeccapurple",
            "transparent",
            "rgb(1, 2, 3)",
            "rgb(1 2 3 / 50%)",
            "hsl(210deg 40% 50%)",
            "oklch(0.6 0.2 250)",
        ] {
            assert_eq!(token("primary", colour), Ok(colour.to_owned()));
        }
        for length in ["0", "8px", "0.5rem", "1.25em"] {
            assert_eq!(token("radius", length), Ok(length.to_owned()));
        }
        for fonts in ["Inter, sans-serif", "\"Source Sans 3\", system-ui", "'A_b.c'", "-apple-system"] {
            assert_eq!(token("font_sans", fonts), Ok(fonts.to_owned()));
        }
    }

    #[test]
    fn nothing_else_gets_into_the_style_sheet() {
        let attacks = [
            "",
            "red;",
            "red}",
            "red{",
            "url(https://evil.example/a)",
            "URL(x)",
            "red/*",
            "*/",
            "</style>",
            "expression(1)",
            "var(--x)",
            "rgb(1,2,3);color:red",
            "\\72 ed",
            "red\nblue",
            "@import 'x'",
            "abc",
            "hsv(1,1%,1%)",
            "image-set('x')",
            "rgb(url(x))",
            "javascript:1",
        ];
        for name in ["primary", "radius", "font_sans"] {
            for text in attacks.iter().filter(|text| name != "font_sans" || **text != "abc") {
                assert!(token(name, text).is_err(), "{name}: {text:?}");
            }
        }
        for text in ["8", "8pt", "-1px", "1e9px", "calc(1px)", "1.px", ".5px", "12345px", "٣px"] {
            assert!(token("radius", text).is_err(), "{text:?}");
        }
        for text in ["\"a", "a\"b\"", "'a\\'b'", "a, ", "3d", "a  b", "\"\u{201c}\""] {
            assert!(token("font_mono", text).is_err(), "{text:?}");
        }
    }
}
