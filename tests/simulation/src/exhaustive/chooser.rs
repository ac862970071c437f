//! A walk through all choices, depth first.

/// Chooses in one run after the other what wasn't chosen yet. How many choices there are need not be known before a run comes to them.
#[derive(Debug, Default)]
pub(crate) struct Chooser {
    /// What is chosen, and of how many.
    path: Vec<(usize, usize)>,
    at: usize,
}

impl Chooser {
    /// The next choice of this run: a number below `of`.
    pub(crate) fn choose(&mut self, of: usize) -> usize {
        if self.at == self.path.len() {
            self.path.push((0, of));
        }
        self.at += 1;
        self.path[self.at - 1].0
    }

    /// Begins the next run. False where there is none: everything was chosen.
    pub(crate) fn again(&mut self) -> bool {
        self.at = 0;
        while let Some((choice, of)) = self.path.pop() {
            if choice + 1 < of {
                self.path.push((choice + 1, of));
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_is_walked_once() {
        let mut chooser = Chooser::default();
        let mut paths = Vec::new();
        loop {
            let first = chooser.choose(3);
            let second = if first == 1 { chooser.choose(2) } else { 0 };
            paths.push((first, second));
            if !chooser.again() {
                break;
            }
        }
        assert_eq!(paths, [(0, 0), (1, 0), (1, 1), (2, 0)]);
    }
}
