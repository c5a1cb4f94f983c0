namespace Microsoft.ML.RevRnn;

/// <summary>Options of the tagging trainers, <c>MulticlassClassification.Trainers.RevLstmTagger</c> and <c>RevGruTagger</c>.</summary>
/// <remarks>
/// The label is a vector of keys, one a token. The predicted label is a vector with the most probable key of each token; the score is a vector of T
/// C values, the probabilities of the C classes of each of the T tokens, token after token: that of class c (from 0) of token t is at t C + c. With <see
/// cref="NetworkOptions.Bidirectional"/> a class hangs on the tokens behind it too: W_1 h_t + W_2 g_t + b, with h_t of the direction from the first token and g_t of that from the last. With <see
/// cref="NetworkOptions.Feedback"/>, which is of one direction, the class of the token before is read as well; training reads the true one.
/// </remarks>
public sealed class RevRnnTaggingOptions : RevRnnTrainerOptions
{
    private protected override bool HasPooling => false;

    private protected override bool HasFeedback => true;

    private protected override void Check()
    {
        base.Check();
        if (TextColumnNames is { Length: > 1 })
        {
            throw new ArgumentException(
                $"{nameof(TextColumnNames)} has {TextColumnNames.Length} columns; a tagger reads one, as it has a label for each token.", nameof(TextColumnNames));
        }
        if (FeatureColumnNames != null)
        {
            throw new ArgumentException(
                $"{nameof(FeatureColumnNames)} is set; a tagger takes no numbers of whole rows, as it tells the class of each token.", nameof(FeatureColumnNames));
        }
        CheckSequence("a tagger reads token after token, as it tells the class of each");
    }
}
