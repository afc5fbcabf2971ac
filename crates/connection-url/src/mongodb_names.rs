//! The options that the MongoDB specifications know: names, types and ranges, and how they are found.
//!
//! <https://github.com/mongodb/specifications/blob/master/source/uri-options/uri-options.md>.

use crate::UrlOption;
use crate::names::ByLength;

pub(crate) enum Kind {
    Text,
    Boolean,
    /// A 32-bit integer of at least this.
    Integer(i32),
    /// `-1` or at least 90.
    Staleness,
    /// From -1 to 9.
    CompressionLevel,
    /// A non-negative integer or any other text.
    WriteConcern,
    OneOf(&'static [&'static str]),
    ListOf(&'static [&'static str]),
    /// `key:value` pairs; may come more than once.
    Tags,
    Properties,
}

/// Every option that the specifications list, spelled as they spell it.
pub(crate) const OPTIONS: [(&str, Kind); 48] = [
    ("appName", Kind::Text),
    (
        "authMechanism",
        Kind::OneOf(&[
            "GSSAPI",
            "MONGODB-AWS",
            "MONGODB-CR",
            "MONGODB-OIDC",
            "MONGODB-X509",
            "PLAIN",
            "SCRAM-SHA-1",
            "SCRAM-SHA-256",
        ]),
    ),
    ("authMechanismProperties", Kind::Properties),
    ("authSource", Kind::Text),
    ("compressors", Kind::ListOf(&["snappy", "zlib", "zstd"])),
    ("connectTimeoutMS", Kind::Integer(0)),
    ("directConnection", Kind::Boolean),
    ("heartbeatFrequencyMS", Kind::Integer(500)),
    ("j", Kind::Boolean),
    ("journal", Kind::Boolean),
    ("loadBalanced", Kind::Boolean),
    ("localThresholdMS", Kind::Integer(0)),
    ("maxConnecting", Kind::Integer(1)),
    ("maxIdleTimeMS", Kind::Integer(0)),
    ("maxPoolSize", Kind::Integer(0)),
    ("maxStalenessSeconds", Kind::Staleness),
    ("minPoolSize", Kind::Integer(0)),
    ("proxyHost", Kind::Text),
    ("proxyPassword", Kind::Text),
    ("proxyPort", Kind::Integer(0)),
    ("proxyUsername", Kind::Text),
    ("readConcernLevel", Kind::Text),
    (
        "readPreference",
        Kind::OneOf(&[
            "primary",
            "primaryPreferred",
            "secondary",
            "secondaryPreferred",
            "nearest",
        ]),
    ),
    ("readPreferenceTags", Kind::Tags),
    ("replicaSet", Kind::Text),
    ("retryReads", Kind::Boolean),
    ("retryWrites", Kind::Boolean),
    (
        "serverMonitoringMode",
        Kind::OneOf(&["stream", "poll", "auto"]),
    ),
    ("serverSelectionTimeoutMS", Kind::Integer(0)),
    ("serverSelectionTryOnce", Kind::Boolean),
    ("socketTimeoutMS", Kind::Integer(0)),
    ("srvMaxHosts", Kind::Integer(0)),
    ("srvServiceName", Kind::Text),
    ("ssl", Kind::Boolean),
    ("timeoutMS", Kind::Integer(0)),
    ("tls", Kind::Boolean),
    ("tlsAllowInvalidCertificates", Kind::Boolean),
    ("tlsAllowInvalidHostnames", Kind::Boolean),
    ("tlsCAFile", Kind::Text),
    ("tlsCertificateKeyFile", Kind::Text),
    ("tlsCertificateKeyFilePassword", Kind::Text),
    ("tlsDisableCertificateRevocationCheck", Kind::Boolean),
    ("tlsDisableOCSPEndpointCheck", Kind::Boolean),
    ("tlsInsecure", Kind::Boolean),
    (
        "uuidRepresentation",
        Kind::OneOf(&[
            "standard",
            "csharpLegacy",
            "javaLegacy",
            "pythonLegacy",
            "unspecified",
        ]),
    ),
    ("w", Kind::WriteConcern),
    ("waitQueueTimeoutMS", Kind::Integer(0)),
    ("wtimeoutMS", Kind::Integer(0)),
];

/// Options beside the list: known to the specification's reader, but checked elsewhere.
pub(crate) const MORE: [(&str, Kind); 2] = [
    ("wtimeout", Kind::Integer(0)),
    ("zlibCompressionLevel", Kind::CompressionLevel),
];

/// Renamed keys, and what they are called now.
pub(crate) const RENAMED: [(&str, &str); 2] = [("j", "journal"), ("wtimeout", "wtimeoutMS")];

/// The names of [`OPTIONS`] and, after them, [`MORE`].
static NAMES: [&str; OPTIONS.len() + MORE.len()] = {
    let mut names = [""; OPTIONS.len() + MORE.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = if index < OPTIONS.len() {
            OPTIONS[index].0
        } else {
            MORE[index - OPTIONS.len()].0
        };
        index += 1;
    }
    names
};

static BY_LENGTH: ByLength<37> = ByLength::of(&NAMES);

/// An option that the specifications know: its place in [`NAMES`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known(u8);

impl Known {
    /// The option of this name, in the spelling of the specifications. For constants: another name does not compile.
    pub const fn named(name: &str) -> Self {
        let mut index = 0;
        while !NAMES[index]
            .as_bytes()
            .eq_ignore_ascii_case(name.as_bytes())
        {
            index += 1;
        }
        Self(index as u8)
    }

    /// The option of this name, in any letter case.
    pub fn find(name: &str) -> Option<Self> {
        let place = BY_LENGTH.find(name.len(), |place| NAMES[place].eq_ignore_ascii_case(name))?;
        Some(Self(place as u8))
    }

    pub fn kind(self) -> &'static Kind {
        static KINDS: [(&str, Kind); OPTIONS.len()] = OPTIONS;
        static MORE_KINDS: [(&str, Kind); MORE.len()] = MORE;
        let place = usize::from(self.0);
        match KINDS.get(place) {
            Some((_, kind)) => kind,
            None => &MORE_KINDS[place - KINDS.len()].1,
        }
    }

    pub const fn name(self) -> &'static str {
        NAMES[self.0 as usize]
    }
}

/// Whether the specifications know an option of this name, in any letter case.
pub(crate) fn is_known(name: &str) -> bool {
    Known::find(name).is_some()
}

/// The name, where it is that of a known option as the specifications spell it.
pub(crate) fn usual_name(name: &str) -> Option<&'static str> {
    let known = BY_LENGTH.find(name.len(), |place| NAMES[place] == name)?;
    Some(NAMES[known])
}

/// Which known options there are, one bit each.
#[derive(Clone, Copy, Default)]
pub(crate) struct KnownSet(u64);

impl KnownSet {
    /// That of all options.
    pub fn of(options: &[UrlOption]) -> Self {
        let mut all = Self::default();
        for known in options
            .iter()
            .filter_map(|option| Known::find(&option.name))
        {
            all.insert(known);
        }
        all
    }

    pub const fn contains(self, option: Known) -> bool {
        self.0 >> option.0 & 1 != 0
    }

    /// Adds an option; whether it was there before.
    pub const fn insert(&mut self, option: Known) -> bool {
        let before = self.contains(option);
        self.0 |= 1 << option.0;
        before
    }
}

/// The options, for the rules that look at several. Most that the rules ask for are not there, which the set tells at once.
#[derive(Clone, Copy)]
pub(crate) struct ByName<'a> {
    options: &'a [UrlOption],
    known: KnownSet,
}

impl<'a> ByName<'a> {
    /// The options, with the set of those that are known.
    pub const fn of(options: &'a [UrlOption], known: KnownSet) -> Self {
        Self { options, known }
    }

    /// Those of a name, in order.
    pub fn all(self, wanted: Known) -> impl DoubleEndedIterator<Item = &'a UrlOption> {
        let options = if self.known.contains(wanted) {
            self.options
        } else {
            &[]
        };
        options
            .iter()
            .filter(move |option| option.name.eq_ignore_ascii_case(wanted.name()))
    }

    pub fn last(self, wanted: Known) -> Option<&'a UrlOption> {
        self.all(wanted).next_back()
    }

    pub fn is_true(self, wanted: Known) -> bool {
        self.last(wanted)
            .is_some_and(|option| option.value == "true")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_is_found_in_any_letter_case() {
        for name in NAMES {
            let found = Known::find(&name.to_ascii_uppercase()).unwrap();
            assert_eq!(found.name(), name);
            assert_eq!(usual_name(name), Some(name));
        }
        assert!(matches!(
            Known::named("zlibCompressionLevel").kind(),
            Kind::CompressionLevel
        ));
        assert!(Known::find("tlsInsecurE_").is_none());
        assert_eq!(usual_name("tlsinsecure"), None);
    }
}
