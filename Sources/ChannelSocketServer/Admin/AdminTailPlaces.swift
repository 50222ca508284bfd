internal import Synchronization

/// The places of those who watch topics, so that there is a bound.
final class AdminTailPlaces: Sendable {
    private let taken = Mutex(0)
    private let most: Int

    /// Creates places, all of them free.
    ///
    /// - Parameter most: how many there are.
    init(most: Int) {
        self.most = most
    }

    /// Takes a place.
    ///
    /// - Returns: nil if all are taken; otherwise the place, which is free again when nobody holds it any more.
    func take() -> Place? {
        let isFree = taken.withLock { taken in
            guard taken < most else { return false }
            taken += 1
            return true
        }
        return isFree ? Place(of: self) : nil
    }

    private func leave() {
        taken.withLock { $0 -= 1 }
    }

    /// The place of one watcher.
    final class Place: Sendable {
        private let places: AdminTailPlaces

        fileprivate init(of places: AdminTailPlaces) {
            self.places = places
        }

        deinit {
            places.leave()
        }
    }
}
