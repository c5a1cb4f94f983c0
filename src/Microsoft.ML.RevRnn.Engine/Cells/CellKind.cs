namespace Microsoft.ML.RevRnn;

/// <summary>The recurrent cell of a model.</summary>
public enum CellKind
{
    /// <summary>Reversible LSTM (MacKay et al. 2018, section 3.1): hidden and cell state, five gates a half.</summary>
    RevLstm = 0,

    /// <summary>Reversible GRU (MacKay et al. 2018, section 3.1): hidden state only, three gates a half; cheaper, a little less able.</summary>
    RevGru = 1,

    /// <summary>Ordinary LSTM (Hochreiter and Schmidhuber 1997, with forget gate), for comparison. It cannot be reversed.</summary>
    Lstm = 2,

    /// <summary>Ordinary GRU (Cho et al. 2014: the reset gate acts before the matrix product), for comparison. It cannot be reversed.</summary>
    Gru = 3,
}
