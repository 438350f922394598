//! Reads a JSON value as a type of the protocol. What does not fit is not described to anybody, and lists stand for no
//! structs: that is a third of what a browser would load otherwise.

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value, map};
use std::fmt::{self, Display};
use std::slice;

/// Why a value could not be read.
#[derive(Debug, PartialEq, Eq)]
pub enum Unread {
    /// This word is none of an enum's.
    Word(String),
    /// It is something else.
    Other,
}

impl Display for Unread {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("it cannot be read")
    }
}

impl std::error::Error for Unread {}

impl Error for Unread {
    fn custom<T: Display>(_: T) -> Self {
        Self::Other
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::Other
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::Other
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self::Other
    }

    fn unknown_variant(word: &str, _: &'static [&'static str]) -> Self {
        Self::Word(word.to_owned())
    }

    fn missing_field(_: &'static str) -> Self {
        Self::Other
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self::Other
    }
}

/// One value.
#[derive(Clone, Copy)]
pub struct Lean<'a>(pub &'a Value);

impl<'de> Deserializer<'de> for Lean<'de> {
    type Error = Unread;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(is_so) => visitor.visit_bool(*is_so),
            Value::Number(_) => self.number(visitor),
            Value::String(text) => visitor.visit_str(text),
            Value::Array(items) => visitor.visit_seq(Items(items.iter())),
            Value::Object(fields) => visitor.visit_map(Fields::of(fields)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        self.0.as_bool().map_or(Err(Unread::Other), |is_so| visitor.visit_bool(is_so))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        self.0.as_str().map_or(Err(Unread::Other), |text| visitor.visit_str(text))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        self.deserialize_str(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        self.number(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        self.number(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unread> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        let items = self.0.as_array();
        items.map_or(Err(Unread::Other), |items| visitor.visit_seq(Items(items.iter())))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        let fields = self.0.as_object();
        fields.map_or(Err(Unread::Other), |fields| visitor.visit_map(Fields::of(fields)))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unread> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unread> {
        let (word, content) = match self.0 {
            Value::String(word) => (word, None),
            Value::Object(fields) if fields.len() == 1 => {
                fields.iter().next().map(|(word, content)| (word, Some(content))).ok_or(Unread::Other)?
            }
            _ => return Err(Unread::Other),
        };
        visitor.visit_enum(Variant { word, content })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct identifier
    }
}

impl<'de> Lean<'de> {
    fn number<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        match (self.0.as_u64(), self.0.as_i64(), self.0.as_f64()) {
            (Some(number), ..) => visitor.visit_u64(number),
            (_, Some(number), _) => visitor.visit_i64(number),
            (.., Some(number)) => visitor.visit_f64(number),
            _ => Err(Unread::Other),
        }
    }
}

struct Items<'a>(slice::Iter<'a, Value>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Unread;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unread> {
        self.0.next().map(|item| seed.deserialize(Lean(item))).transpose()
    }
}

struct Fields<'a> {
    left: map::Iter<'a>,
    value: Option<&'a Value>,
}

impl<'a> Fields<'a> {
    fn of(fields: &'a Map<String, Value>) -> Self {
        Self { left: fields.iter(), value: None }
    }
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Unread;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unread> {
        let Some((name, value)) = self.left.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(StrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Unread> {
        seed.deserialize(Lean(self.value.take().ok_or(Unread::Other)?))
    }
}

struct Variant<'a> {
    word: &'a str,
    content: Option<&'a Value>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Unread;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self), Unread> {
        Ok((seed.deserialize(StrDeserializer::<Unread>::new(self.word))?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Unread;

    fn unit_variant(self) -> Result<(), Unread> {
        if self.content.is_none_or(Value::is_null) { Ok(()) } else { Err(Unread::Other) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Unread> {
        seed.deserialize(Lean(self.content.ok_or(Unread::Other)?))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unread> {
        Lean(self.content.ok_or(Unread::Other)?).deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unread> {
        Lean(self.content.ok_or(Unread::Other)?).deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Plain,
        Number(i32),
        Pair(u8, f64),
        Named { a: Option<bool> },
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct All {
        kinds: Vec<Kind>,
        map: BTreeMap<String, Value>,
        missing: Option<String>,
        unit: (),
        pair: (char, i64),
    }

    #[test]
    fn whatever_an_application_reads_is_read_as_json_is() {
        let value = json!({
            "kinds": ["plain", { "number": -1 }, { "pair": [1, 0.5] }, { "named": { "a": null } }],
            "map": { "x": [1, { "y": "z" }] }, "unit": null, "pair": ["é", -9], "more": { "is": "ignored" },
        });
        let read = All::deserialize(Lean(&value)).unwrap();
        assert_eq!(read, serde_json::from_value(value).unwrap());
        assert_eq!(read.kinds.len(), 4);
    }

    #[test]
    fn a_word_that_is_none_of_an_enums_is_named_and_nothing_else_is() {
        assert_eq!(Kind::deserialize(Lean(&json!("other"))), Err(Unread::Word("other".to_owned())));
        for value in [json!(null), json!(1), json!({ "number": "x" }), json!({ "plain": 1 }), json!({})] {
            assert_eq!(Kind::deserialize(Lean(&value)), Err(Unread::Other), "{value}");
        }
        assert_eq!(All::deserialize(Lean(&json!({ "kinds": [] }))), Err(Unread::Other));
        assert_eq!(All::deserialize(Lean(&json!([[], {}, null, null, ["a", 1]]))), Err(Unread::Other));
    }
}
