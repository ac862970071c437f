//! Files that are built into the program.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;

use super::file::File;
use super::name::Name;

pub(super) struct Embedded(HashMap<Name, Arc<File>>);

impl Embedded {
    pub(super) fn find(&self, name: &str) -> Option<Arc<File>> {
        self.0.get(name).cloned()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl FromIterator<(String, Cow<'static, [u8]>)> for Embedded {
    fn from_iter<I: IntoIterator<Item = (String, Cow<'static, [u8]>)>>(files: I) -> Self {
        let file = |(name, content): (String, Cow<'static, [u8]>)| {
            let Some(name) = Name::of(&name) else {
                crate::log!(warn, name, "no browser can ask for an asset of this name");
                return None;
            };
            let content = match content {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => bytes.into(),
            };
            let file = Arc::new(File::held(&name, content, None));
            Some((name, file))
        };
        Self(files.into_iter().filter_map(file).collect())
    }
}
