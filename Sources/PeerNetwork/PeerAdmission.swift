import ByteCodec
import Logging
import NIOCore
import Synchronization

/// Who becomes a peer, and what follows when one comes or goes.
extension PeerTransport {
    /// Takes a place among the connections that have not said who they are; false when there is none.
    func greet(_ link: PeerLink) -> Bool {
        let limits = configuration.limits
        return state.withLock { state in
            guard state.isRunning else { return false }
            if link.direction == .inbound {
                let isExempt = limits.exemptsLoopback && NetworkGroup.isLoopback(link.remoteHost)
                guard state.greeting.count < limits.handshaking,
                    isExempt || state.greetingFrom[link.remoteHost, default: 0] < limits.handshakingPerAddress
                else { return false }
            }
            state.greeting[ObjectIdentifier(link)] = link
            state.greetingFrom[link.remoteHost, default: 0] += 1
            return true
        }
    }

    /// Whether the node behind a connection becomes a peer; the refusal when not.
    func admit(_ link: PeerLink, _ hello: PeerHello) -> PeerRefusal? {
        link.update { $0.hello = hello }
        let now = Self.now
        let isCrowded = inbox.isCrowded
        let outcome = state.withLock { state -> Result<PeerLink?, PeerRefusal> in
            if let refusal = mismatch(link, hello) { return .failure(refusal) }
            guard state.isRunning else { return .failure(.stopping) }
            guard !state.reputation.isBanned(hello.node, now: now) else { return .failure(.banned) }
            let existing = state.links[hello.node]
            if let existing {
                guard prefers(link, over: existing) else { return .failure(.duplicate) }
            } else if let refusal = crowd(state, link, hello) ?? (isCrowded ? .tooManyPeers : nil) {
                return .failure(refusal)
            }
            state.leaveGreeting(link)
            state.links[hello.node] = link
            return .success(existing)
        }
        switch outcome {
        case .failure(let refusal): return refusal
        case .success(let replaced):
            if let replaced {
                sayDown(replaced, .replaced)
                replaced.tell(.end(.replaced))
            }
            return nil
        }
    }

    private func mismatch(_ link: PeerLink, _ hello: PeerHello) -> PeerRefusal? {
        guard hello.version == PeerHello.currentVersion else { return .wrongVersion }
        guard hello.chainId == configuration.chainId else { return .wrongChain }
        guard hello.genesisHash == configuration.genesisHash else { return .wrongGenesis }
        guard hello.node != node else { return .ownNode }
        guard hello.node == link.node, link.dialled == nil || link.dialled?.node == hello.node else {
            return .wrongNode
        }
        return nil
    }

    /// Of two connections between the same nodes that were dialled by different sides, both keep the one that the node
    /// with the smaller address dialled. Of two dialled by the same side the older one has broken unnoticed.
    private func prefers(_ link: PeerLink, over existing: PeerLink) -> Bool {
        guard link.direction != existing.direction, let other = link.node else { return true }
        return link.direction == (node < other ? .outbound : .inbound)
    }

    private func crowd(_ state: State, _ link: PeerLink, _ hello: PeerHello) -> PeerRefusal? {
        guard !staticNodes.contains(hello.node) else { return nil }
        let limits = configuration.limits
        let others = state.links.filter { !staticNodes.contains($0.key) }.values
        let allowance = link.direction == .inbound ? limits.inbound : limits.outbound
        guard others.count(where: { $0.direction == link.direction }) < allowance else { return .tooManyPeers }
        guard !(limits.exemptsLoopback && NetworkGroup.isLoopback(link.remoteHost)) else { return nil }
        guard others.count(where: { $0.remoteHost == link.remoteHost }) < limits.perAddress else {
            return .tooManyFromAddress
        }
        let network = NetworkGroup.of(link.remoteHost)
        guard others.count(where: { NetworkGroup.of($0.remoteHost) == network }) < limits.perNetwork else {
            return .tooManyFromNetwork
        }
        return nil
    }

    /// Both sides have accepted each other. False when another connection has taken this one's place meanwhile.
    func rise(_ link: PeerLink) -> Bool {
        guard let node = link.node else { return false }
        let now = Self.now
        let addresses = state.withLock { state -> [PeerAddress]? in
            guard state.links[node] === link else { return nil }
            link.update {
                $0.isUp = true
                $0.upSince = now
            }
            if let address = link.listening, mayShare(address) {
                state.book.add(address, isConfirmed: link.direction == .outbound)
            }
            if var dial = state.dials[node] {
                dial.failures = 0
                dial.isUnderWay = false
                dial.last = nil
                state.dials[node] = dial
            }
            return state.sample(limits: configuration.limits, except: node)
        }
        guard let addresses else { return false }
        log.info("peer \(node) is up, \(link.direction.rawValue), at \(link.listening?.endpoint ?? link.remoteHost)")
        inbox.push(.up(node))
        if !addresses.isEmpty { link.tell(.control(.addresses(addresses))) }
        return true
    }

    /// A connection is over, whatever it was.
    func ended(_ link: PeerLink, _ reason: PeerDownReason) {
        let node = link.node
        let now = Self.now
        let wasCurrent = state.withLock { state in
            state.leaveGreeting(link)
            var wasCurrent = false
            if let node, state.links[node] === link {
                state.links[node] = nil
                wasCurrent = true
            }
            if let target = link.dialled?.node {
                state.dialEnded(target, reason, wasUp: link.facts.isUp, now: now, network: self)
            }
            return wasCurrent
        }
        if link.facts.isUp {
            if wasCurrent { sayDown(link, reason) }
        } else {
            log.debug("no peer: \(node.map { "\($0)" } ?? link.remoteHost): \(reason)")
            inbox.push(.refused(node, reason))
        }
    }

    private func sayDown(_ link: PeerLink, _ reason: PeerDownReason) {
        guard let node = link.node, link.facts.isUp else { return }
        inbox.drop(link)
        log.info("peer \(node) is down: \(reason)")
        inbox.push(.down(node, reason))
    }

    func dialFailed(_ node: Address) {
        let now = Self.now
        state.withLock { state in
            guard state.dials[node]?.isUnderWay == true else { return }
            state.dialEnded(node, .closed, wasUp: false, now: now, network: self)
        }
    }

    /// Takes addresses that a peer told.
    func learn(_ addresses: [PeerAddress], from link: PeerLink) {
        state.withLock { state in
            for address in addresses where address.node != node && mayShare(address) { state.book.add(address) }
        }
    }

    /// Addresses of this machine mean something to its own processes only.
    func mayShare(_ address: PeerAddress) -> Bool {
        configuration.limits.exemptsLoopback || !NetworkGroup.isLoopback(address.host)
    }

    // MARK: - What is due

    func maintain(now: UInt64) {
        let limits = configuration.limits
        let (targets, told, text) = state.withLock { state in
            let targets = state.due(now: now, limits: limits, isStatic: staticNodes.contains)
            var told: [(PeerLink, [PeerAddress])] = []
            if now >= state.lastExchange + UInt64(limits.exchange) {
                state.lastExchange = now
                for (node, link) in state.links where link.facts.isUp {
                    told.append((link, state.sample(limits: limits, except: node)))
                }
            }
            var text: String?
            if state.book.isDirty, now >= state.lastSave + 2_000 {
                state.lastSave = now
                text = state.book.text
                state.book.markSaved()
            }
            return (targets, told, text)
        }
        for (link, addresses) in told where !addresses.isEmpty { link.tell(.control(.addresses(addresses))) }
        if let text { save(text) }
        for target in targets { dial(target) }
    }
}

extension PeerTransport.State {
    fileprivate mutating func leaveGreeting(_ link: PeerLink) {
        guard greeting.removeValue(forKey: ObjectIdentifier(link)) != nil else { return }
        let count = greetingFrom[link.remoteHost, default: 1] - 1
        greetingFrom[link.remoteHost] = count > 0 ? count : nil
    }

    fileprivate mutating func dialEnded(
        _ node: Address, _ reason: PeerDownReason, wasUp: Bool, now: UInt64, network: PeerTransport
    ) {
        let limits = network.configuration.limits
        guard var dial = dials[node] else { return }
        dial.isUnderWay = false
        dial.last = reason
        dial.failures = wasUp ? 0 : min(dial.failures + 1, 30)
        let limit = network.staticNodes.contains(node) ? limits.redialStatic : limits.redialOther
        // Half of the pause is left to chance, so that two nodes do not dial each other in step for ever.
        let pause = min(limit, limits.redial << UInt64(dial.failures))
        dial.next = now + pause / 2 + UInt64.random(in: 0...max(1, pause / 2))
        dials[node] = dial
        switch reason {
        case .certificate, .refused(.wrongNode), .refused(.ownNode), .refused(.wrongChain), .refused(.wrongGenesis),
            .refusedByPeer(.wrongChain), .refusedByPeer(.wrongGenesis):
            book.remove(node)
        case .refusedByPeer, .refused, .replaced, .stopped: break
        default: if !wasUp { book.failed(node) }
        }
    }

    /// Whom to dial now: static peers that are not there, and as many others as there are places.
    fileprivate mutating func due(
        now: UInt64, limits: TransportLimits, isStatic: (Address) -> Bool
    ) -> [PeerAddress] {
        var targets: [PeerAddress] = []
        for node in dials.keys.sorted() {
            guard isStatic(node), var dial = dials[node], !dial.isUnderWay, dial.next <= now, links[node] == nil,
                !reputation.isBanned(node, now: now)
            else { continue }
            dial.isUnderWay = true
            dials[node] = dial
            targets.append(dial.address)
        }
        let held = links.count { !isStatic($0.key) && $0.value.direction == .outbound }
        var places = limits.outbound - held - dials.count { !isStatic($0.key) && $0.value.isUnderWay }
        let candidates = book.entries.values.filter { entry in
            let node = entry.address.node
            guard !isStatic(node), links[node] == nil, !reputation.isBanned(node, now: now) else { return false }
            guard let dial = dials[node] else { return true }
            return !dial.isUnderWay && dial.next <= now
        }
        for entry in candidates.shuffled() where places > 0 {
            var dial = dials[entry.address.node] ?? PeerTransport.Dial(address: entry.address)
            dial.address = entry.address
            dial.isUnderWay = true
            dials[entry.address.node] = dial
            targets.append(entry.address)
            places -= 1
        }
        // What is neither in the book nor static any more needs no record.
        for (node, dial) in dials where !isStatic(node) && !dial.isUnderWay && book.entries[node] == nil {
            dials[node] = nil
        }
        return targets
    }

    /// Addresses to tell a peer: those of other peers, and some that are known to work.
    fileprivate func sample(limits: TransportLimits, except: Address) -> [PeerAddress] {
        var list = links.filter { $0.key != except && $0.value.facts.isUp }.compactMap { $0.value.listening }
        if !limits.exemptsLoopback { list.removeAll { NetworkGroup.isLoopback($0.host) } }
        let known = Set(list.map(\.node) + [except])
        let others = book.entries.values.filter { $0.hasSucceeded && !known.contains($0.address.node) }
        return Array((list.shuffled() + others.map(\.address).shuffled()).prefix(TransportLimits.exchangeEntries))
    }
}
