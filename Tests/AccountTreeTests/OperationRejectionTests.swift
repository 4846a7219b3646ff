import AccountTree
import ByteCodec
import ChainTypes
import Testing

struct OperationRejectionTests {
    private let address = Address(words: 1, 2, 3)

    private func operation(
        nonce: Bool = false, amount: UInt128 = 0, debit: Bool = false, creates: Bool = false
    ) -> AccountOperation {
        AccountOperation(
            index: 4, address: address, incrementsNonce: nonce, amount: amount, isDebit: debit, creates: creates)
    }

    @Test func anOperationChangesNonceAndBalance() throws {
        let account = Account(address: address, nonce: 1 << 30 - 1, balance: 10)
        let debited = try operation(nonce: true, amount: 10, debit: true).applied(to: account)
        #expect(debited == Account(address: address, nonce: 1 << 30, balance: 0))
        #expect(try operation(amount: 3).applied(to: account).balance == 13)
        #expect(try operation(amount: 3, creates: true).applied(to: nil) == Account(address: address, balance: 3))
    }

    @Test func rejectionsByName() {
        let account = Account(address: address, nonce: Account.maxNonce, balance: 10)
        #expect(throws: OperationRejection.accountAbsent(4)) { try operation().applied(to: nil) }
        #expect(throws: OperationRejection.accountExists(4)) { try operation(creates: true).applied(to: account) }
        #expect(throws: OperationRejection.addressMismatch(4)) {
            try operation().applied(to: Account(address: .zero))
        }
        #expect(throws: OperationRejection.nonceOverflow(4)) { try operation(nonce: true).applied(to: account) }
        #expect(throws: OperationRejection.balanceUnderflow(4)) {
            try operation(amount: 11, debit: true).applied(to: account)
        }
        #expect(throws: OperationRejection.balanceOverflow(4)) {
            try operation(amount: .max - 9).applied(to: account)
        }
    }
}
