//! The look of the hosted pages: their own colours, corners and fonts, and the deployment's in their place.

use keyrack_protocol::{ThemeTokenSet, ThemeTokens};
use std::fmt::Write;

const SANS: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
const MONO: &str = "ui-monospace, 'SF Mono', 'DejaVu Sans Mono', monospace";

/// Each token in light and in dark; what is the same in both stands once.
const OWN: [(&str, &str, &str); 25] = [
    ("surface", "#ffffff", "#1a201e"),
    ("surface_subtle", "#f4f6f5", "#222a27"),
    ("background", "#f5f6f5", "#111614"),
    ("canvas", "#f5f6f5", "#111614"),
    ("text", "#18211e", "#edf0ee"),
    ("text_secondary", "#414c47", "#c5cdc9"),
    ("text_muted", "#5c6762", "#a0aba6"),
    ("text_faint", "#6b7671", "#8d9893"),
    ("border", "#dfe4e1", "#303a36"),
    ("border_strong", "#848f8a", "#75817b"),
    ("primary", "#1c5d4c", "#84cfb9"),
    ("primary_soft", "#e3f0ec", "#1f332d"),
    ("primary_foreground", "#ffffff", "#0b1c17"),
    ("success", "#1d6440", "#82d0a4"),
    ("success_soft", "#e4f3ea", "#1b3226"),
    ("info", "#1f5080", "#98c5f0"),
    ("info_soft", "#e6f0f9", "#1a2b3b"),
    ("warning", "#714b06", "#e8bf74"),
    ("warning_soft", "#fbf0d9", "#362a14"),
    ("error", "#a1261b", "#ff9f93"),
    ("error_soft", "#fcebe9", "#3c1f1c"),
    ("radius", "0.5rem", ""),
    ("radius_lg", "1rem", ""),
    ("font_sans", SANS, ""),
    ("font_mono", MONO, ""),
];

/// The stylesheet that gives every token its value: the deployment's where it has one.
#[must_use]
pub fn css(tokens: &ThemeTokens) -> String {
    let light = OWN.iter().map(|(name, light, _)| (*name, *light));
    let dark = OWN.iter().map(|(name, _, dark)| (*name, *dark)).filter(|(_, value)| !value.is_empty());
    let (light, dark) = (rules(light, &tokens.light), rules(dark, &tokens.dark));
    format!(
        ":root {{\n  color-scheme: light dark;\n{light}}}\n\n@media (prefers-color-scheme: dark) {{\n  :root {{\n{dark}  }}\n}}\n"
    )
}

/// The pages' own values, then the deployment's: of two the later one counts.
fn rules(own: impl Iterator<Item = (&'static str, &'static str)>, given: &ThemeTokenSet) -> String {
    // What a caller of this crate put together by itself has not been through `refusal`.
    let given = given.iter().filter(|(name, value)| refusal(name, value).is_none());
    let mut all = String::new();
    let mut write = |name: &str, value: &str| {
        // Writing to a string never fails.
        let _ = writeln!(all, "    --{}: {value};", name.replace('_', "-"));
    };
    own.for_each(|(name, value)| write(name, value));
    given.for_each(|(name, value)| write(name, value));
    all
}

/// Why a token cannot have this value; none when it can.
#[must_use]
pub fn refusal(name: &str, value: &str) -> Option<String> {
    let (fits, like) = match name {
        _ if !ThemeTokenSet::NAMES.contains(&name) => {
            return Some(format!(
                "there is no theme token {name:?}; known ones: {}",
                ThemeTokenSet::NAMES.join(", ")
            ));
        }
        "radius" | "radius_lg" => (is_length(value), "a length, such as \"0.5rem\""),
        "font_sans" | "font_mono" => (is_font(value), "names of fonts, such as \"Inter, sans-serif\""),
        _ => (is_colour(value), "a CSS colour, such as \"#1c5d4c\" or \"rgb(28 93 76)\""),
    };
    (!fits).then(|| format!("{name} must be {like}"))
}

fn is_length(value: &str) -> bool {
    let number = value.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let unit = value.get(number.len()..).unwrap_or("?");
    let is_number = number.parse::<f32>().is_ok_and(|length| (0.0..=1000.0).contains(&length))
        && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    is_number && (matches!(unit, "px" | "rem" | "em") || unit.is_empty() && number == "0")
}

fn is_font(value: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, ' ' | ',' | '-' | '_' | '\'' | '"');
    let closed = |quote| value.matches(quote).count() % 2 == 0;
    (1..=200).contains(&value.chars().count()) && value.chars().all(allowed) && closed('\'') && closed('"')
}

/// `#rgb`, `#rrggbb` and with alpha, a name, or a colour function of plain numbers.
fn is_colour(value: &str) -> bool {
    const FUNCTIONS: [&str; 9] = ["rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch"];
    if let Some(hex) = value.strip_prefix('#') {
        return matches!(hex.len(), 3 | 4 | 6 | 8) && hex.bytes().all(|b| b.is_ascii_hexdigit());
    }
    if let Some((function, rest)) = value.split_once('(') {
        let allowed = |c: char| {
            c.is_ascii_digit() || matches!(c, ' ' | ',' | '.' | '%' | '/' | '-') || "deg".contains(c)
        };
        let inner = rest.strip_suffix(')').filter(|inner| !inner.trim().is_empty() && inner.len() <= 60);
        return FUNCTIONS.contains(&function) && inner.is_some_and(|inner| inner.chars().all(allowed));
    }
    (3..=24).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphabetic())
}

#[cfg(test)]
#[path = "theme_tests.rs"]
mod tests;
