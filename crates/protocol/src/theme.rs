use crate::wire;

/// Declares the tokens once: as fields on the wire and as names that a configuration may set.
macro_rules! tokens {
    ($($(#[$meta:meta])* $name:ident,)*) => {
        wire! {
            /// What the hosted pages look like in one colour scheme; each is a CSS value, and what is not set
            /// stays as the pages have it.
            #[derive(Default, Eq)]
            pub struct ThemeTokenSet {
                $(
                    $(#[$meta])*
                    #[serde(default, skip_serializing_if = "Option::is_none")]
                    #[cfg_attr(feature = "ts", ts(optional))]
                    pub $name: Option<String>,
                )*
            }
        }

        impl ThemeTokenSet {
            /// The names of all tokens.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];

            /// Sets the token of this name; false when there is none.
            pub fn set(&mut self, name: &str, value: String) -> bool {
                match name {
                    $(stringify!($name) => self.$name = Some(value),)*
                    _ => return false,
                }
                true
            }

            /// The tokens that are set, by name.
            pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
                [$((stringify!($name), self.$name.as_deref())),*]
                    .into_iter()
                    .filter_map(|(name, value)| value.map(|value| (name, value)))
            }
        }
    };
}

tokens! {
    /// Cards and forms.
    surface,
    /// A surface that stands back, such as a row under the pointer.
    surface_subtle,
    /// Behind the surfaces.
    background,
    /// Behind everything.
    canvas,
    /// Text.
    text,
    /// Text of less weight.
    text_secondary,
    /// Hints.
    text_muted,
    /// What is hardly there, such as a placeholder.
    text_faint,
    /// Lines.
    border,
    /// Lines around what can be typed into.
    border_strong,
    /// The main button and what is selected.
    primary,
    /// The main colour as a background.
    primary_soft,
    /// Text on the main colour.
    primary_foreground,
    /// Something went well.
    success,
    /// The same as a background.
    success_soft,
    /// Something to know.
    info,
    /// The same as a background.
    info_soft,
    /// Something to mind.
    warning,
    /// The same as a background.
    warning_soft,
    /// Something went wrong.
    error,
    /// The same as a background.
    error_soft,
    /// The corners of fields and buttons.
    radius,
    /// The corners of cards.
    radius_lg,
    /// The font of everything.
    font_sans,
    /// The font of codes.
    font_mono,
}

wire! {
    /// The look of the hosted pages, by the colour scheme that the person prefers.
    #[derive(Default, Eq)]
    #[allow(missing_docs, reason = "each name says it")]
    pub struct ThemeTokens {
        pub light: ThemeTokenSet,
        pub dark: ThemeTokenSet,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_set_is_on_the_wire_and_under_its_name() {
        let mut set = ThemeTokenSet::default();
        for name in ThemeTokenSet::NAMES {
            assert!(set.set(name, format!("value of {name}")));
        }
        assert!(!set.set("margin", "1px".to_owned()));
        assert_eq!(set.iter().count(), ThemeTokenSet::NAMES.len());
        let json = serde_json::to_value(&set).unwrap();
        for (name, value) in set.iter() {
            assert_eq!(json[name], value);
        }
        assert_eq!(serde_json::to_string(&ThemeTokenSet::default()).unwrap(), "{}");
    }
}
