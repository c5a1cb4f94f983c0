namespace Microsoft.ML.RevRnn.Compute;

/// <summary>
/// What random numbers are for. Each use of a seed has numbers of its own. The values are part of every trained model's bits: add, never change. Uses of
/// different seeds (of a training run, of an epoch, of a batch) may have the same value.
/// </summary>
internal enum RandomUse : ulong
{
    /// <summary>Of a run: initial weights.</summary>
    InitialWeights = 0,

    /// <summary>Of a run: which sequences are held back.</summary>
    HeldBack = 3,

    /// <summary>Of a run, with the epoch's number: the seed of an epoch.</summary>
    Epoch = 4,

    /// <summary>Of a run, with the epoch's number: the seed of an epoch's batches.</summary>
    EpochBatches = 5,

    /// <summary>Of a run, with the pass: the order in which the map of n-grams sees texts.</summary>
    NGramOrder = 12,

    /// <summary>Of an epoch: the order of sequences of the same length.</summary>
    SequenceOrder = 1,

    /// <summary>Of an epoch: the order of batches.</summary>
    BatchOrder = 2,

    /// <summary>Of an epoch, with a window's first step: the window's length.</summary>
    WindowLength = 7,

    /// <summary>Of a generation: which token is chosen.</summary>
    TokenChoice = 11,

    /// <summary>Of a batch, with the row: dropout of the first layer's inputs; of layer i it is this + i.</summary>
    LayerDropout = 1,

    /// <summary>Of a batch: which tokens' vectors are left out.</summary>
    EmbeddingDropout = 500,

    /// <summary>Of a batch, with the token: dropout of the values of its vector.</summary>
    TokenDropout = 501,

    /// <summary>Of a batch, with the matrix's row: weight drop of layer 0, half 0; of layer i, half j it is this + 2 i + j.</summary>
    WeightDrop = 600,

    /// <summary>Of a batch: the seed of the second direction's masks.</summary>
    SecondDirection = 900,

    /// <summary>Of a batch: the seed of a translation's decoder.</summary>
    Decoder = 901,

    /// <summary>Of a run: the initial weights of a translation's decoder.</summary>
    DecoderWeights = 902,

    /// <summary>Of a batch, with the row: dropout of what attention reads of the encoder's states.</summary>
    SliceDropout = 903,

    /// <summary>Of a batch in shards, with the shard's number: the seed of a shard.</summary>
    Shard = 904,

    /// <summary>Of a batch, with row and part: dropout of pooled outputs.</summary>
    PooledDropout = 1001,

    /// <summary>Of a batch, with the row: dropout of the outputs that a token head reads.</summary>
    OutputDropout = 1002,

    /// <summary>Of a batch: the tokens that are drawn for a sampled softmax.</summary>
    SoftmaxSample = 1003,

    /// <summary>Of a batch, with the group of neurons: their gates; of neurons before selection, their first values.</summary>
    NeuronGates = 1004,

    /// <summary>Of an echo state network: its recurrent weights.</summary>
    ReservoirWeights = 1100,

    /// <summary>Of an echo state network: the weights of its constant and its inputs.</summary>
    ReservoirInputs = 1101,

    /// <summary>Of an echo state network, with the token: what that adds to its units.</summary>
    ReservoirTokens = 1102,
}
