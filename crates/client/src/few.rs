//! A few things, each under a key. Among so few every one is looked at as fast as a table would find it, and of a table a
//! browser would load more than of all that is kept in it.

/// The things, in the order in which they came.
#[derive(Debug)]
pub struct Few<K, V>(Vec<(K, V)>);

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: PartialEq, V> Few<K, V> {
    /// Puts it under a key, in place of what was there.
    pub fn insert(&mut self, key: K, value: V) {
        drop(self.remove(&key));
        self.0.push((key, value));
    }

    pub fn remove(&mut self, key: &K) -> Option<V> {
        let place = self.0.iter().position(|(known, _)| known == key)?;
        Some(self.0.remove(place).1)
    }

    pub fn get(&self, key: &K) -> Option<&V> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.0.iter_mut().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    pub fn iter(&self) -> impl Iterator<Item = &(K, V)> {
        self.0.iter()
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_kept_under_one_key() {
        let mut few = Few::default();
        for (key, value) in [("a", 1), ("b", 2), ("a", 3)] {
            few.insert(key, value);
        }
        few.values_mut().for_each(|value| *value *= 10);
        assert_eq!((few.get(&"a"), few.get(&"b"), few.get(&"c")), (Some(&30), Some(&20), None));
        assert!(few.iter().eq(&[("b", 20), ("a", 30)]));
        assert_eq!((few.remove(&"b"), few.remove(&"b"), few.get_mut(&"b")), (Some(20), None, None));
        few.clear();
        assert_eq!(few.get(&"a"), None);
    }
}
