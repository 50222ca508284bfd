import Foundation
import Testing

@testable import ChannelSocket

@Suite("Statistics of a node")
struct NodeStatisticsTests {
    @Test("count each kind of drop by itself, under a name of its own")
    func drops() {
        let drops = NodeStatistics.Drop.allCases
        #expect(drops.map(\.index) == Array(drops.indices))
        #expect(Set(drops.map(\.description)).count == drops.count)
        let statistics = NodeStatistics()
        for (index, drop) in drops.enumerated() {
            for _ in 0...index { statistics.count(drop) }
        }
        #expect(drops.map { statistics[$0] } == Array(1...drops.count))
    }

    @Test("are in docs/limits.md, all of them")
    func documented() throws {
        var root = URL(filePath: #filePath)
        while root.lastPathComponent != "Tests" { root.deleteLastPathComponent() }
        let document = try String(contentsOf: root.appending(path: "../docs/limits.md"), encoding: .utf8)
        for drop in NodeStatistics.Drop.allCases {
            #expect(document.contains("`\(drop)`"))
        }
    }

    @Test("have names that metrics can use", arguments: NodeStatistics.Drop.allCases)
    func names(drop: NodeStatistics.Drop) {
        #expect(drop.description.wholeMatch(of: /[a-z]+(_[a-z]+)*/) != nil)
    }
}
