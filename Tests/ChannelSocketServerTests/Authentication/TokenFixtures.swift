/// Keys and tokens made by another implementation (Python, joserfc 1.6.5), with `sub` "ann" and `exp` in 2100.
enum TokenFixtures {
    /// The shared secret.
    static let secret = "this is a secret of sixty-four bytes for tests and nothing else."
    /// The public RSA key.
    static let rsaPEM = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEApCAFOMAkEqkQDacxqtls
        9ljwYoz1EQl6tyG2NGGj8AoSP2RRl7KEoMdXQG6ePyiwasqGkjnYALeFapJT0QPa
        HcDDSzoP0RQ/PldE1COvG2PnUlxQhLGQToVx2q7If7b9qdvV0ZrEB8fU3CnIhvl4
        u5oO42IO5gKHwFOrRfIpkhQW844ARXEyXcEH8f77/IyjgU1dzD3p8SOX+LAoRTB1
        uIe9ss+brndSplqq/OUHVvL3eCcV14kmeQa/FBxwzXzWjdzZJTYv7eMwxZXtYQ8s
        5zSXTNUU6dyk4vBFp1+eyALZtw6vTj3EwRlrBexYQaVTftt56VNDdhztSiQcyuNd
        3QIDAQAB
        -----END PUBLIC KEY-----
        """
    /// The RSA key in a certificate.
    static let rsaCertificatePEM = """
        -----BEGIN CERTIFICATE-----
        MIICmTCCAYGgAwIBAgIBBzANBgkqhkiG9w0BAQsFADAPMQ0wCwYDVQQDDAR0ZXN0
        MCAXDTIwMDEwMTAwMDAwMFoYDzIwOTkwMTAxMDAwMDAwWjAPMQ0wCwYDVQQDDAR0
        ZXN0MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEApCAFOMAkEqkQDacx
        qtls9ljwYoz1EQl6tyG2NGGj8AoSP2RRl7KEoMdXQG6ePyiwasqGkjnYALeFapJT
        0QPaHcDDSzoP0RQ/PldE1COvG2PnUlxQhLGQToVx2q7If7b9qdvV0ZrEB8fU3CnI
        hvl4u5oO42IO5gKHwFOrRfIpkhQW844ARXEyXcEH8f77/IyjgU1dzD3p8SOX+LAo
        RTB1uIe9ss+brndSplqq/OUHVvL3eCcV14kmeQa/FBxwzXzWjdzZJTYv7eMwxZXt
        YQ8s5zSXTNUU6dyk4vBFp1+eyALZtw6vTj3EwRlrBexYQaVTftt56VNDdhztSiQc
        yuNd3QIDAQABMA0GCSqGSIb3DQEBCwUAA4IBAQB7MAqJNV1iwlZIIjazdPCSTgB4
        B6sEgztQJc15l/1M2q7KV1tbkvIGDc+i/6keYoSc7omRbSpXN67zeKBGnek0chF0
        hYIi9PGIJMmWqQztbsyh5jWiJg0TdZK53GGi9y9Xy38LoD5o4/0asKqd4OEzCpDd
        Nppw46DJHeYKSw2kVu9DdFRpcuYMLnVfcDVf7hCmHGxepTmmvGJD2J4Tupqh5CwU
        U1KWqANQHggJtla0sypXS1UbjvDNq4B1bn60irDeqF2/nFrY/guLDN2lrer3J50c
        bFHm+Gcxg9nPlZaujMcofcJBumwrJuO/ecFWhSRIe9va4PD8Ig4Fkwljwo/A
        -----END CERTIFICATE-----
        """
    /// The public EC keys by algorithm.
    static let ecPEM = [
        "ES256": """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEdEaGM5fKZLSSgfrh7RGLg90tRNiI
        2fynEY3QBj+Jhwqzgs5Lf1vNn4fJAhifmatca9npFEkX4wp4E3Y4efTTWQ==
        -----END PUBLIC KEY-----
        """,
        "ES384": """
        -----BEGIN PUBLIC KEY-----
        MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEx0mNRPLk0lf76dqW3cIHzUYQWSQuAEHP
        Q0PngfC/i6oyPFvE9a+qmndGDLEmns/zbGTSUtq3hwt3HXpWg0EF8GuZus38y5zU
        q/M+nVj6KT4NPHdrKYCAhxkp+rfvSi6t
        -----END PUBLIC KEY-----
        """,
        "ES512": """
        -----BEGIN PUBLIC KEY-----
        MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQAr0xXvqNHh3mfiCxjV1xu9Lz2x8v6
        lfwEeb6T4j1CQcNducdHVL2k4J7M2sUA/GRRvfmqBseqbUoRMnmMQ4ydbt0AO+5L
        7hckvFL2PJvQETkhXeTNuQx6QSQ4HGrYmoWvEJqX/JEEvnR0uLYHsQomFP/lcQD9
        1YfXk7fdEF0v4jC3mbk=
        -----END PUBLIC KEY-----
        """,
    ]
    /// The public Ed25519 key.
    static let edPEM = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEA5s8Ii3ofoFrCu+21/+V3LwaVoZIZ2r2IHACl0KXDIvM=
        -----END PUBLIC KEY-----
        """
    /// All of them, a secret, a key of an unknown type and one for encryption, as a key set.
    static let jwks = """
        {"keys":[
        {"n":"pCAFOMAkEqkQDacxqtls9ljwYoz1EQl6tyG2NGGj8AoSP2RRl7KEoMdXQG6ePyiwasqGkjnYALeFapJT0QPaHcDDSzoP0R\
        Q_PldE1COvG2PnUlxQhLGQToVx2q7If7b9qdvV0ZrEB8fU3CnIhvl4u5oO42IO5gKHwFOrRfIpkhQW844ARXEyXcEH8f77_IyjgU\
        1dzD3p8SOX-LAoRTB1uIe9ss-brndSplqq_OUHVvL3eCcV14kmeQa_FBxwzXzWjdzZJTYv7eMwxZXtYQ8s5zSXTNUU6dyk4vBFp1\
        -eyALZtw6vTj3EwRlrBexYQaVTftt56VNDdhztSiQcyuNd3Q","e":"AQAB","kid":"rsa-1","kty":"RSA"},
        {"crv":"P-256","x":"dEaGM5fKZLSSgfrh7RGLg90tRNiI2fynEY3QBj-Jhwo","y":"s4LOS39bzZ-HyQIYn5mrXGvZ6RRJF-\
        MKeBN2OHn001k","kid":"ec-256","kty":"EC"},
        {"crv":"P-384","x":"x0mNRPLk0lf76dqW3cIHzUYQWSQuAEHPQ0PngfC_i6oyPFvE9a-qmndGDLEmns_z","y":"bGTSUtq3h\
        wt3HXpWg0EF8GuZus38y5zUq_M-nVj6KT4NPHdrKYCAhxkp-rfvSi6t","kid":"ec-384","kty":"EC"},
        {"crv":"P-521","x":"AK9MV76jR4d5n4gsY1dcbvS89sfL-pX8BHm-k-I9QkHDXbnHR1S9pOCezNrFAPxkUb35qgbHqm1KETJ5\
        jEOMnW7d","y":"ADvuS-4XJLxS9jyb0BE5IV3kzbkMekEkOBxq2JqFrxCal_yRBL50dLi2B7EKJhT_5XEA_dWH15O33RBdL-Iwt\
        5m5","kid":"ec-521","kty":"EC"},
        {"crv":"Ed25519","x":"5s8Ii3ofoFrCu-21_-V3LwaVoZIZ2r2IHACl0KXDIvM","kid":"ed-1","kty":"OKP"},
        {"kty":"oct","kid":"secret-1","alg":"HS256","k":"dGhpcyBpcyBhIHNlY3JldCBvZiBzaXh0eS1mb3VyIGJ5dGVzIGZ\
        vciB0ZXN0cyBhbmQgbm90aGluZyBlbHNlLg"},
        {"kty":"XYZ","kid":"from the future"},
        {"crv":"P-256","x":"dEaGM5fKZLSSgfrh7RGLg90tRNiI2fynEY3QBj-Jhwo","y":"s4LOS39bzZ-HyQIYn5mrXGvZ6RRJF-\
        MKeBN2OHn001k","kid":"for encryption","kty":"EC","use":"enc"}
        ]}
        """
    /// Tokens by algorithm.
    static let tokens = [
        "HS256": """
        eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4iLCJleHAiOjQxMDI0NDQ4MDAsInJvb21zIjpbImxvYmJ5Iiw\
        iMSJdfQ.ez-Vpo0nfFgABBRtUrJD6-QZRuUS7kbe1E661EncA4g
        """,
        "HS384": """
        eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzM4NCJ9.eyJzdWIiOiJhbm4iLCJleHAiOjQxMDI0NDQ4MDAsInJvb21zIjpbImxvYmJ5Iiw\
        iMSJdfQ.DNXWi9rg4gJmQIzCYXr4ivf4RnCQxFaqxfPfurC7ZO3z8iGFmOLn-2P6dO_EokeF
        """,
        "HS512": """
        eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzUxMiJ9.eyJzdWIiOiJhbm4iLCJleHAiOjQxMDI0NDQ4MDAsInJvb21zIjpbImxvYmJ5Iiw\
        iMSJdfQ.HXPFipDoIIkmRlIVsvh-gef5rXbZuVHYVhrdMBN9HJw4OAs0IMNXenm7rFslLQ5Nj3GOCmWyGCouWbgDiRvF-Q
        """,
        "RS256": """
        eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIn0.eyJzdWIiOiJhbm4iLCJleHAiOjQxMDI0NDQ4MDAsInJv\
        b21zIjpbImxvYmJ5IiwiMSJdfQ.fCJMYwBbZzLTEZkRYkXDM6K-dv3Xj3mGm1e2NxnHSN7rXjXvzMS5oWSSBkcID2XNOQI02GV5c\
        Q0CEVLUCnlhb7VycE3TJvvJmXkP71WoQ5USa_BtUmO4B8YGj8J931parSww6DEv43j95kHBcuINUC7p4bOMAP0u4mxEMnMR2FFUP\
        jVXxnreDrvidXlF19sSTX0fuVieeFpoHod6ME2DKwH-ElUQrTwvdh5qdhSX0Z6yviStqG8mTj6lqEB1_X0GsBIfrypdfq8T7_nA7\
        2gwc0cfMVFZAQIHbv_x34BV4IDA19u5OsRN20kmPVqiJP5kDtXT-_eSojSY0QOieW0Eug
        """,
        "RS384": """
        eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzM4NCIsImtpZCI6InJzYS0xIn0.eyJzdWIiOiJhbm4iLCJleHAiOjQxMDI0NDQ4MDAsInJv\
        b21zIjpbImxvYmJ5IiwiMSJdfQ.aYBqnWNLnPDBVmPeHktTdKD_SMXPOhFD4MJKgXGW900SlfSI4Ka9rGSAY_xebV_TkJjs5wGSG\
        bX0AP2v74t_KPZw5vbWltuH-RqFHu0fF4RemLn_OkMxlC1PxVL4vwgjv0FYh4HA8r8699RM5UIbqkjksbBWyhq3yUhihcV7nyDHe\
        0Qip_wRas6OtjyBmSIn3T3act0tqEgSBCuxOHJSaTgfbEmshBzL1S2AMnirKkRQHYb9WtKqIqTBs_M3pto8MiSYuxxalQgQdurib\
        bjjidM47-iNTiMJUmSDlNuWgdoQ0AB_VFu7BhhnTDMmFB7mndHCxRpp8WNuv40493TKqA
        """,
        "RS512": """
        eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzUxMiIsImtpZCI6InJzYS0xIn0.eyJzdWIiOiJhbm4iLCJleHAiOjQxMDI0NDQ4MDAsInJv\
        b21zIjpbImxvYmJ5IiwiMSJdfQ.Uj2LZnBPuCwRdJgumI3Mrni52lZT1ZENpohuhYanhTiiukDeZb4STZ-s24hugUQj2DyquJ-Wz\
        9zJRQx2PLyqoFyBBSmJN1Gv0HvQIaBz34bXc_4iPH68E7THmaGZ7de7Oai6ATdmzzswa3BN6vJu3x_XuGM0ci1mS-VU7TlzRWIpc\
        19G_EdB7vOPIH2rrEZtAWgVIcsyiNH6Jl7w7E4CfDNxRLh9ewJxzs4fJNQggR2IsV6lY5_U_4tOkFfOAyurB5VkQ8sEjeKePldAx\
        UvnVO9JQ3Qpn0SiI8hlhMKwO5eEETy9BVVt4vrWYIngbYbwC3AXuq44OdF5-8iEiCBasw
        """,
        "PS256": """
        eyJ0eXAiOiJKV1QiLCJhbGciOiJQUzI1NiIsImtpZCI6InJzYS0xIn0.eyJzdWIiOiJhbm4iLCJleHAiOjQxMDI0NDQ4MDAsInJv\
        b21zIjpbImxvYmJ5IiwiMSJdfQ.XT4d-0oGTdwQup3wCbwp0P5Nd8Xm3sTk2zr0-NezAWLQwtZq6BNXL8BJXkckKgoJ4eKdb7Jc8\
        v2FsQrITJlKLwQUC87BaseFFZt844uvnree0qqTrikmizBE-mFEBAC7qFxE8HJCUKTQHYJkSwuoPTqiKHiwF0leolkxBpiRfTQqV\
        T-KdxYjzml-Wbbc4fjBdI8EKG8X1QZ7hUcBfBK2uKl7gi9nTvUGNX-KglOyFz9P5S72h5XBVdp7k8kH_h-8M9mWZ8eTDQwxR64d3\
        V7FoyCTweySgTMR90n7W0YXMhzII8UgEwb2WWRcfmhKUyCd3tLL8hf8wZDRvIWQ-jTd7g
        """,
        "PS384": """
        eyJ0eXAiOiJKV1QiLCJhbGciOiJQUzM4NCIsImtpZCI6InJzYS0xIn0.eyJzdWIiOiJhbm4iLCJleHAiOjQxMDI0NDQ4MDAsInJv\
        b21zIjpbImxvYmJ5IiwiMSJdfQ.hS560HHjWIu2JKgcgqb-i0VuuF1LrBLsRXSzxgjEnUPqlf3yOQFfx1vV4DZynEg5O14uFhoKP\
        R9d93u3ZjFyPrzHbihxoxslAklP9-wa6oq3Et9uzx_i4KB2KTnr4gY5NeGvGqy49T2hQ5UTQpZMB_8vYNwZ3VR0TN7x9EQH0A293\
        kQYbaJPt0DSGabiZvtGL800hgL3UZ26IXKPf7i3QhqdsodcO-EdS8-6MbNpHTgsC5bCSTy-Y73ktW-n94jib6z7ExyP2BM8CeT3x\
        sTeaehb3TYmn7HhLoK-ZbqwS55-1pLHEy1rl2z3kBl7DHMd-U2VtEwro6RUF1gjT0wWRA
        """,
        "PS512": """
        eyJ0eXAiOiJKV1QiLCJhbGciOiJQUzUxMiIsImtpZCI6InJzYS0xIn0.eyJzdWIiOiJhbm4iLCJleHAiOjQxMDI0NDQ4MDAsInJv\
        b21zIjpbImxvYmJ5IiwiMSJdfQ.ebqVUQ-OVftfZOjzf6u41hxFqN49wFSJDJ6IVxFwINZYEnhRaaQ05nsREZjzuDH85cpZJSMJE\
        4AMljzMLgGMzuekyg81xuuM0uSYj93m34XNSZrOagONFnB8BRWrXZnNj9BbfgtK8K6JJPpybH0l5KnXO2jOTqVIC5aVl0psah2qM\
        9Zz5FhlWQOBJhxYSwIuskWG1AcR2m8gfRhyZ5X0WOma8Wz6CR-I2zNCiEIvutOxqzfvK5zAX-c3KpniGg44ajUCK0QkagtYjHb4N\
        EZNALyGA4qwFl5ArncoMEl_JecbNrcbB5xQ0Qp9FUqGf0u9L0HWYxNJAus0_LsP9W6Jmg
        """,
        "ES256": """
        eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiIsImtpZCI6ImVjLTI1NiJ9.eyJzdWIiOiJhbm4iLCJleHAiOjQxMDI0NDQ4MDAsInJ\
        vb21zIjpbImxvYmJ5IiwiMSJdfQ.lznKvwN9pUR7w4RbyDmy7i0VMJ-kdm8hltHxNpeG4cJRd43qBT0dvjAhBtGCzY7znQOqY6-f\
        WGdhQtl00uc9Ug
        """,
        "ES384": """
        eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzM4NCIsImtpZCI6ImVjLTM4NCJ9.eyJzdWIiOiJhbm4iLCJleHAiOjQxMDI0NDQ4MDAsInJ\
        vb21zIjpbImxvYmJ5IiwiMSJdfQ.oaJt1BEIx-EBgPRQZmcjH2suB3PVNZ2gYkXUNDa_aZSUWrC2pzMop9uEDWhdbDgk6rUvg9yO\
        jYv7fr_MVUKRxioGc9EKwE12UB9VeUEylHt0q4FdTXuS0kjrqOapV2Wo
        """,
        "ES512": """
        eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzUxMiIsImtpZCI6ImVjLTUyMSJ9.eyJzdWIiOiJhbm4iLCJleHAiOjQxMDI0NDQ4MDAsInJ\
        vb21zIjpbImxvYmJ5IiwiMSJdfQ.AVVlWrBPWOcNESUGFaKRozCHjK-WwwP10ZhvSsUxdlRa-RT62C5oXZVDf-0EADrXrt71oI-U\
        yRyIT1gJ1o_H3XdPAc0mVXh0OVAWoSdi1HgcooKnLiOunhQtDzF84fmjh1lWYGql3awg1A73JQ57Gr5mxF558qVt9Xkc5W-9Shj8\
        1NS9
        """,
        "EdDSA": """
        eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSIsImtpZCI6ImVkLTEifQ.eyJzdWIiOiJhbm4iLCJleHAiOjQxMDI0NDQ4MDAsInJvb\
        21zIjpbImxvYmJ5IiwiMSJdfQ.GbO3x23SoTP-EIAxObKnuf_yfrQFQzWkYRbswlObGIfRkrIVkGrHN6JATeHLVBJJMtRkI9TWsp\
        8ACgLie9PSDg
        """,
    ]
}
