//! Lists of names that are looked up by length: few names of a list share one, so that hardly any are compared.

/// Where the names of each length stand in a list whose longest name has less than `LENGTHS` bytes.
pub(crate) struct ByLength<const LENGTHS: usize>([[Option<u8>; WIDTH]; LENGTHS]);

/// How many names of one length a list may have; one with more does not compile.
const WIDTH: usize = 8;

impl<const LENGTHS: usize> ByLength<LENGTHS> {
    /// Of a list with less than 256 names.
    pub const fn of(names: &[&str]) -> Self {
        let mut rows = [[None; WIDTH]; LENGTHS];
        let mut index = 0;
        while index < names.len() {
            let row = &mut rows[names[index].len()];
            let mut column = 0;
            while row[column].is_some() {
                column += 1;
            }
            row[column] = Some(index as u8);
            index += 1;
        }
        Self(rows)
    }

    /// The place of the one name of this length for which `is_it` says so.
    pub fn find(&self, length: usize, is_it: impl Fn(usize) -> bool) -> Option<usize> {
        let row = self.0.get(length)?;
        row.iter()
            .map_while(|place| place.map(usize::from))
            .find(|place| is_it(*place))
    }
}
