/// A certificate that ended on 1 February 2020, and its key.
enum ExpiredCertificate {
    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBEDCBtgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwHhcN
        MjAwMTAxMDAwMDAwWhcNMjAwMjAxMDAwMDAwWjAUMRIwEAYDVQQDDAlsb2NhbGhv
        c3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATlHuGeAShMyLrmmS54YMSX819U
        BjPB5XnWQBbmP23ryM7IZC0p4Pai+MR2Tt5CN4d5C9oLeQl2Z45eQB6g9W5OMAoG
        CCqGSM49BAMCA0kAMEYCIQDpuN0RkpDrlhVb5u7dqVGK3Hb+ITfRIfqZHBAZ6HO3
        QQIhALE/hX5PU6HYz+VFOuNZMz0aYNkNMO7kFxZv1OcOblMW
        -----END CERTIFICATE-----

        """
    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg6G1hOY74mpYuHFVQ
        Y/P2LAALZb9t5OE6xhphe6DsTUShRANCAATlHuGeAShMyLrmmS54YMSX819UBjPB
        5XnWQBbmP23ryM7IZC0p4Pai+MR2Tt5CN4d5C9oLeQl2Z45eQB6g9W5O
        -----END PRIVATE KEY-----

        """
}
