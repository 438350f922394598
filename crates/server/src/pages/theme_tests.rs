use super::*;

#[test]
fn every_token_has_a_value_of_its_own_that_it_would_accept_and_the_stylesheet_uses_it() {
    let used = concat!(
        include_str!("../../../../apps/pages/src/style.css"),
        include_str!("../../../../apps/pages/src/forms.css"),
        include_str!("../../../../apps/pages/src/parts.css"),
    );
    assert_eq!(OWN.map(|(name, _, _)| name).as_slice(), ThemeTokenSet::NAMES);
    for (name, light, dark) in OWN {
        assert_eq!(token(name, light).as_deref(), Ok(light));
        assert!(dark.is_empty() || token(name, dark).is_ok());
        assert!(used.contains(&format!("var(--{})", name.replace('_', "-"))), "{name} is not used");
    }
}

#[test]
fn a_deployments_tokens_stand_behind_the_pages_own() {
    let mut tokens = ThemeTokens::default();
    tokens.light.set("primary", "#123456".to_owned());
    tokens.dark.set("font_sans", "Inter, sans-serif".to_owned());
    let css = css(&tokens);
    let (light, dark) = css.split_once("@media (prefers-color-scheme: dark)").unwrap();
    assert!(light.rfind("--primary: #123456;") > light.find("--primary: #1c5d4c;"));
    assert!(!dark.contains("#123456") && dark.contains("--font-sans: Inter, sans-serif;"));
    assert!(light.contains("--radius-lg: 1rem;") && !dark.contains("--radius"));
}

#[test]
fn k07_what_no_configuration_would_take_does_not_get_into_the_stylesheet() {
    for value in ["red; } body { display: none", "url(https://evil.com)", "</style>", "rgb(1 2 3)}", ""] {
        let mut tokens = ThemeTokens::default();
        for name in ThemeTokenSet::NAMES {
            tokens.light.set(name, value.to_owned());
        }
        assert_eq!(css(&tokens), css(&ThemeTokens::default()), "{value}");
    }
}

/// The relative luminance of `#rrggbb` (WCAG 2.2).
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn the_pages_own_colours_can_be_read_in_both_schemes() {
    let texts = [
        ("text", &["surface", "surface_subtle", "background", "canvas"][..]),
        ("text_secondary", &["surface", "surface_subtle", "background"][..]),
        ("text_muted", &["surface", "surface_subtle", "background"][..]),
        ("text_faint", &["surface"][..]),
        ("primary", &["surface", "surface_subtle", "primary_soft"][..]),
        ("primary_foreground", &["primary"][..]),
        ("success", &["surface", "success_soft", "surface_subtle"][..]),
        ("info", &["info_soft"][..]),
        ("warning", &["warning_soft"][..]),
        ("error", &["surface", "error_soft"][..]),
    ];
    let value = |name: &str, dark: bool| {
        let (_, light_value, dark_value) = OWN.iter().find(|(own, _, _)| *own == name).unwrap();
        if dark { *dark_value } else { *light_value }
    };
    for dark in [false, true] {
        for (text, grounds) in texts {
            for ground in grounds {
                let ratio = contrast(value(text, dark), value(ground, dark));
                assert!(ratio >= 4.5, "{text} on {ground}, dark {dark}: {ratio:.2}");
            }
        }
        // What shows where to type and what has the focus.
        for line in ["border_strong", "primary"] {
            let ratio = contrast(value(line, dark), value("surface", dark));
            assert!(ratio >= 3.0, "{line}, dark {dark}: {ratio:.2}");
        }
    }
}
