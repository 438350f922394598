//! The look of the hosted pages: their own colours, corners and fonts, and the deployment's in their place.

use crate::config::css::token;
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
    // The configuration was read by the same rule; what a caller of this crate put together by itself was not.
    let given = given.iter().filter(|(name, value)| token(name, value).is_ok());
    let mut all = String::new();
    let mut write = |name: &str, value: &str| {
        // Writing to a string never fails.
        let _ = writeln!(all, "    --{}: {value};", name.replace('_', "-"));
    };
    own.for_each(|(name, value)| write(name, value));
    given.for_each(|(name, value)| write(name, value));
    all
}

#[cfg(test)]
#[path = "theme_tests.rs"]
mod tests;
