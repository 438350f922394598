//! Where in the world an address is, as a file of the operator's says: nobody is asked over the network.

use maxminddb::{Reader, geoip2};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

/// The operator's file; without one every place is unknown.
#[derive(Clone, Default)]
pub struct Atlas(Option<Arc<Reader<Vec<u8>>>>);

/// Where an address is, each part `""` when unknown. It is where the network is, not the person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The city, in English.
    pub city: String,
    /// The largest part of the country, in English.
    pub region: String,
    /// Its code (ISO 3166-2, without the country's).
    pub region_code: String,
    /// The country, in English.
    pub country: String,
    /// Its code (ISO 3166-1, two letters).
    pub country_code: String,
}

impl Atlas {
    /// Reads a file in the MaxMind DB format into memory.
    ///
    /// # Errors
    /// One line for the operator.
    pub fn read(path: &Path) -> Result<Self, String> {
        let reader = Reader::open_readfile(path).map_err(|cause| format!("{}: {cause}", path.display()))?;
        // A file may hold anything: what is no such place reads as an unknown one, but a file of nothing like it is a mistake.
        let kind = &reader.metadata().database_type;
        if !["City", "Country"].iter().any(|word| kind.contains(word)) {
            return Err(format!("{}: it is about {kind:?}, not about cities or countries", path.display()));
        }
        Ok(Self(Some(Arc::new(reader))))
    }

    /// Where an address is.
    #[must_use]
    pub fn place(&self, address: &str) -> Place {
        self.look(address).unwrap_or_default()
    }

    fn look(&self, address: &str) -> Option<Place> {
        let (reader, address) = (self.0.as_ref()?, address.parse::<IpAddr>().ok()?);
        let found = reader.lookup(address).ok()?.decode::<geoip2::City<'_>>().ok()??;
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let region = found.subdivisions.first();
        Some(Place {
            city: text(found.city.names.english),
            region: text(region.and_then(|region| region.names.english)),
            region_code: text(region.and_then(|region| region.iso_code)),
            country: text(found.country.names.english),
            country_code: text(found.country.iso_code),
        })
    }
}

impl std::fmt::Debug for Atlas {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_tuple("Atlas")
            .field(&self.0.as_ref().map(|reader| &reader.metadata().database_type))
            .finish()
    }
}
