/// Finds the key that somebody probably meant.
enum NearestKey {
    /// Finds the key with the fewest letters to change.
    ///
    /// - Parameters:
    ///   - key: what was written.
    ///   - keys: what there is.
    /// - Returns: nil if nothing is near.
    static func find(_ key: String, among keys: some Sequence<String>) -> String? {
        let found = keys.map { (key: $0, distance: distance(key, $0)) }.min { $0.distance < $1.distance }
        guard let found, found.distance <= max(2, key.count / 3) else { return nil }
        return found.key
    }

    /// How many letters to insert, remove or replace (Levenshtein).
    private static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var diagonal = index
            row[0] = index + 1
            for column in right.indices {
                let replaced = diagonal + (letter == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, row[column + 1] + 1)
            }
        }
        return row[right.count]
    }
}
