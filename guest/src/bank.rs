//! A bank of fingerprints as it travels: one project's, by one algorithm, whole or what has changed.
//!
//! The server writes it, record after record as rows are read; a browser reads it and searches offline.
//! Numbers are big-endian. A header of 64 bytes:
//!
//! | at | bytes | what |
//! |---|---|---|
//! | 0 | 8 | `vismbank` |
//! | 8 | 2 | version of this format: 1 |
//! | 10 | 1 | 0: everything; 1: what has changed since `since` |
//! | 11 | 1 | 0 |
//! | 12 | 16 | name of the algorithm, filled up with 0 |
//! | 28 | 2 | version of the algorithm |
//! | 30 | 2 | bytes of one fingerprint |
//! | 32 | 8 | `since`, the sequence of the bank that this is applied to; 0 with everything |
//! | 40 | 8 | `sequence`, the change that the bank then stands at |
//! | 48 | 16 | `witness`, the image of that change: tells this history of changes from another one |
//!
//! Then records, each with a letter in front: `P`, id (16 bytes) and bits of an image that is there, in place
//! of what it had; `G` and the id of an image that is gone; at last `E` and the number of records (8 bytes).
//! A bank without its end was cut off. Of records of one image the last one counts.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::error::ImageError;
use crate::fingerprint::{Algorithm, Fingerprint, nearest};

const MAGIC: &[u8; 8] = b"vismbank";
const FORMAT: u16 = 1;
const HEADER: usize = 64;

/// Id of an image.
pub type Id = [u8; 16];

/// Where a bank stands in the server's sequence of changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Number of the last change that is in it; 0 for none.
    pub sequence: u64,
    /// The image of that change; zeros for none.
    pub witness: Id,
}

/// What stands in front of the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Whose fingerprints.
    pub algorithm: Algorithm,
    /// By which version of its definition.
    pub version: u16,
    /// The sequence that the changes are applied to; `None` with everything.
    pub since: Option<u64>,
    /// Where the bank then stands.
    pub mark: Mark,
}

/// Writes a bank piece by piece, into buffers that the caller sends on.
#[derive(Debug, Default)]
pub struct BankWriter {
    records: u64,
}

/// Why bytes are no bank, or not one for here.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BankError {
    /// Other bytes.
    #[error("not a bank of fingerprints")]
    Foreign,
    /// The program is older than the server.
    #[error("a bank of format {0}, {FORMAT} is read here")]
    Format(u16),
    /// An algorithm, or a length of its fingerprints, that is not known here.
    #[error("fingerprints of {0:?} with {1} bytes are not known here")]
    Algorithm(String, u16),
    /// The end is missing.
    #[error("the bank is cut off")]
    CutOff,
    /// Something that is no record, bytes behind the end, another number of records.
    #[error("the bank is broken at byte {0}")]
    Broken(usize),
    /// Changes of another bank, or to another state of it.
    #[error("the changes are not for this bank")]
    Unfitting,
}

/// A bank in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bank {
    header: Header,
    /// Sorted: the order of upload.
    ids: Vec<Id>,
    /// One fingerprint for each id.
    bits: Vec<u8>,
}

impl Header {
    /// The 64 bytes.
    pub fn to_bytes(&self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        let name = self.algorithm.name().as_bytes();
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..10].copy_from_slice(&FORMAT.to_be_bytes());
        bytes[10] = self.since.is_some().into();
        bytes[12..12 + name.len()].copy_from_slice(name);
        bytes[28..30].copy_from_slice(&self.version.to_be_bytes());
        bytes[30..32].copy_from_slice(&(self.algorithm.bits() as u16 / 8).to_be_bytes());
        bytes[32..40].copy_from_slice(&self.since.unwrap_or(0).to_be_bytes());
        bytes[40..48].copy_from_slice(&self.mark.sequence.to_be_bytes());
        bytes[48..].copy_from_slice(&self.mark.witness);
        bytes
    }

    fn read(rest: &mut &[u8]) -> Result<Self, BankError> {
        if !rest.starts_with(MAGIC) {
            return Err(BankError::Foreign);
        }
        *rest = &rest[MAGIC.len()..];
        let format = u16::from_be_bytes(take(rest)?);
        if format != FORMAT {
            return Err(BankError::Format(format));
        }
        let [is_delta, _] = take(rest)?;
        let name: [u8; 16] = take(rest)?;
        let version = u16::from_be_bytes(take(rest)?);
        let length = u16::from_be_bytes(take(rest)?);
        let since = u64::from_be_bytes(take(rest)?);
        let name = String::from_utf8_lossy(&name);
        let name = name.trim_end_matches('\0');
        let algorithm = Algorithm::from_name(name)
            .filter(|algorithm| algorithm.bits() == u32::from(length) * 8)
            .ok_or_else(|| BankError::Algorithm(name.into(), length))?;
        Ok(Self {
            algorithm,
            version,
            since: (is_delta != 0).then_some(since),
            mark: Mark {
                sequence: u64::from_be_bytes(take(rest)?),
                witness: take(rest)?,
            },
        })
    }
}

impl BankWriter {
    /// An image that is there.
    pub fn put(&mut self, out: &mut Vec<u8>, image: &Id, bits: &[u8]) {
        out.push(b'P');
        out.extend(image);
        out.extend(bits);
        self.records += 1;
    }

    /// An image that is gone.
    pub fn gone(&mut self, out: &mut Vec<u8>, image: &Id) {
        out.push(b'G');
        out.extend(image);
        self.records += 1;
    }

    /// The end.
    pub fn end(&self) -> Vec<u8> {
        [&b"E"[..], &self.records.to_be_bytes()].concat()
    }
}

impl Bank {
    /// Reads an answer of the server: everything, or changes, which are applied to `base`.
    pub fn read(base: Option<&Self>, answer: &[u8]) -> Result<Self, BankError> {
        let mut rest = answer;
        let header = Header::read(&mut rest)?;
        let mut images: BTreeMap<Id, &[u8]> = match (header.since, base) {
            (None, _) => BTreeMap::new(),
            (Some(since), Some(base)) if base.takes(&header, since) => base.images().collect(),
            (Some(_), _) => return Err(BankError::Unfitting),
        };
        read_records(&mut images, rest, header.algorithm).map_err(|fault| match fault {
            Fault::CutOff => BankError::CutOff,
            Fault::Broken { rest } => BankError::Broken(answer.len() - rest),
        })?;
        Ok(Self {
            header,
            ids: images.keys().copied().collect(),
            bits: images.into_values().flatten().copied().collect(),
        })
    }

    /// Up to `limit` images within `radius` of a fingerprint and their distances: nearest first, ties in
    /// upload order. Another algorithm or version than the bank's is `invalid-parameter`.
    pub fn nearest(
        &self,
        query: &Fingerprint,
        radius: u32,
        limit: u32,
    ) -> Result<Vec<(Id, u32)>, ImageError> {
        let (name, version) = (self.header.algorithm.name(), self.header.version);
        if (query.algorithm, query.version) != (self.header.algorithm, version) {
            let text = format!("the bank is of {name} version {version}");
            return Err(ImageError::InvalidParameter(text));
        }
        if query.bits.len() != self.length() {
            let text = format!("{name} has {} bytes", self.length());
            return Err(ImageError::InvalidParameter(text));
        }
        let found = nearest(&self.bits, &query.bits, radius, limit)?;
        let found = found.into_iter();
        Ok(found
            .map(|hit| (self.ids[hit.position as usize], hit.distance))
            .collect())
    }

    /// Whose fingerprints.
    pub fn algorithm(&self) -> Algorithm {
        self.header.algorithm
    }

    /// The version of the algorithm.
    pub fn version(&self) -> u16 {
        self.header.version
    }

    /// Where it stands.
    pub fn mark(&self) -> Mark {
        self.header.mark
    }

    /// How many images.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// It has no image.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    fn takes(&self, changes: &Header, since: u64) -> bool {
        (self.algorithm(), self.version(), self.mark().sequence)
            == (changes.algorithm, changes.version, since)
    }

    fn length(&self) -> usize {
        self.header.algorithm.bits() as usize / 8
    }

    fn images(&self) -> impl Iterator<Item = (Id, &[u8])> {
        let fingerprints = self.bits.chunks_exact(self.length());
        self.ids.iter().copied().zip(fingerprints)
    }
}

/// What is wrong with records, with the number of bytes from there on.
enum Fault {
    CutOff,
    Broken { rest: usize },
}

impl From<BankError> for Fault {
    fn from(_: BankError) -> Self {
        Self::CutOff
    }
}

fn read_records<'a>(
    images: &mut BTreeMap<Id, &'a [u8]>,
    mut rest: &'a [u8],
    algorithm: Algorithm,
) -> Result<(), Fault> {
    let length = algorithm.bits() as usize / 8;
    for read in 0.. {
        let broken = Fault::Broken { rest: rest.len() };
        match take(&mut rest)? {
            [b'P'] => {
                let image = take(&mut rest)?;
                let (bits, behind) = rest.split_at_checked(length).ok_or(Fault::CutOff)?;
                images.insert(image, bits);
                rest = behind;
            }
            [b'G'] => drop(images.remove(&take(&mut rest)?)),
            [b'E'] if u64::from_be_bytes(take(&mut rest)?) == read && rest.is_empty() => break,
            _ => return Err(broken),
        }
    }
    Ok(())
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], BankError> {
    let (taken, behind) = rest.split_first_chunk().ok_or(BankError::CutOff)?;
    *rest = behind;
    Ok(*taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Id = [1; 16];
    const B: Id = [2; 16];
    const C: Id = [3; 16];

    fn header(since: Option<u64>, sequence: u64) -> Header {
        let mark = Mark {
            sequence,
            witness: [9; 16],
        };
        Header {
            algorithm: Algorithm::Phash,
            version: 1,
            since,
            mark,
        }
    }

    /// An answer: images that are there with all bits of a byte, or gone.
    fn answer(header: Header, records: &[(Id, Option<u8>)]) -> Vec<u8> {
        let mut bytes = header.to_bytes().to_vec();
        let mut writer = BankWriter::default();
        for (image, bits) in records {
            match bits {
                Some(bits) => writer.put(&mut bytes, image, &[*bits; 8]),
                None => writer.gone(&mut bytes, image),
            }
        }
        [bytes, writer.end()].concat()
    }

    fn query(bits: u8) -> Fingerprint {
        Fingerprint {
            algorithm: Algorithm::Phash,
            version: 1,
            bits: vec![bits; 8],
            quality: 100,
        }
    }

    #[test]
    fn what_was_written_is_read_and_found() {
        let records = [(B, Some(0)), (A, Some(0)), (C, Some(1))];
        let bank = Bank::read(None, &answer(header(None, 3), &records)).unwrap();
        assert_eq!((bank.len(), bank.mark().sequence), (3, 3));
        let found = bank.nearest(&query(0), 8, 10).unwrap();
        assert_eq!(found, [(A, 0), (B, 0), (C, 8)]);
        assert_eq!(bank.nearest(&query(0), 7, 1).unwrap(), [(A, 0)]);
    }

    #[test]
    fn changes_replace_add_and_remove() {
        let bank = Bank::read(
            None,
            &answer(header(None, 2), &[(A, Some(0)), (B, Some(0))]),
        );
        let changes = [(A, Some(3)), (B, None), (C, Some(7)), (C, Some(1))];
        let changed = answer(header(Some(2), 9), &changes);
        let bank = Bank::read(Some(&bank.unwrap()), &changed).unwrap();
        let found = bank.nearest(&query(3), 64, 9).unwrap();
        assert_eq!(found, [(A, 0), (C, 8)]);
        assert_eq!(bank.mark().sequence, 9);
    }

    #[test]
    fn changes_of_another_state_are_refused() {
        let changes = answer(header(Some(2), 3), &[]);
        let bank = Bank::read(None, &answer(header(None, 1), &[])).unwrap();
        assert_eq!(Bank::read(Some(&bank), &changes), Err(BankError::Unfitting));
        assert_eq!(Bank::read(None, &changes), Err(BankError::Unfitting));
    }

    #[test]
    fn a_bank_that_is_cut_anywhere_is_refused() {
        let whole = answer(header(None, 3), &[(A, Some(0)), (B, None), (C, Some(1))]);
        for length in 8..whole.len() {
            let refused = Bank::read(None, &whole[..length]);
            assert_eq!(refused, Err(BankError::CutOff), "{length}");
        }
        let too_long = [&whole[..], &[0]].concat();
        assert!(matches!(
            Bank::read(None, &too_long),
            Err(BankError::Broken(_))
        ));
    }

    #[test]
    fn other_bytes_are_told_apart() {
        assert_eq!(Bank::read(None, b"<html>"), Err(BankError::Foreign));
        let mut newer = answer(header(None, 3), &[]);
        newer[9] = 2;
        assert_eq!(Bank::read(None, &newer), Err(BankError::Format(2)));
        let mut unknown = answer(header(None, 3), &[]);
        unknown[12] = b'q';
        assert!(matches!(
            Bank::read(None, &unknown),
            Err(BankError::Algorithm(..))
        ));
        let mut other = answer(header(None, 3), &[(A, Some(0))]);
        other[64] = b'X';
        assert_eq!(Bank::read(None, &other), Err(BankError::Broken(64)));
    }

    #[test]
    fn a_query_of_another_kind_is_refused() {
        let bank = Bank::read(None, &answer(header(None, 1), &[])).unwrap();
        let short = Fingerprint {
            bits: vec![0; 4],
            ..query(0)
        };
        let other = Fingerprint {
            version: 2,
            ..query(0)
        };
        for wrong in [short, other] {
            assert!(matches!(
                bank.nearest(&wrong, 1, 1),
                Err(ImageError::InvalidParameter(_))
            ));
        }
    }
}
