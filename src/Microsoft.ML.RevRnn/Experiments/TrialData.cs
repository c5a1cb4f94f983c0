namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>What the cost of a training depends on.</summary>
/// <param name="Network">The network that is trained: that of a language model to start from, if there is one.</param>
/// <param name="VocabularySize">V.</param>
/// <param name="Outcomes">Classes or labels; 0 for a language model.</param>
/// <param name="LongestText">T of the longest text that is trained on, or of a window.</param>
/// <param name="TokenCount">Tokens of an epoch.</param>
internal sealed record TrialData(NetworkOptions Network, int VocabularySize, int Outcomes, int LongestText, long TokenCount)
{
    /// <summary>Multiplications of an epoch, in proportion.</summary>
    public double Work
    {
        get
        {
            var embedding = (double)VocabularySize * Network.EmbeddingSize;
            return TokenCount * Math.Max(1, ParameterMemory.Count(Network, VocabularySize, Outcomes) - (Network.TieEmbeddings ? 0 : embedding));
        }
    }
}
