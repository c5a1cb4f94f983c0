namespace Microsoft.ML.RevRnn.LanguageModels;

/// <summary>Checks of a model that another is to be made of.</summary>
internal static class Pretrained
{
    /// <param name="option">The option that holds the model.</param>
    /// <param name="model">The model, where there is another one to go on with; null for none.</param>
    /// <exception cref="ArgumentException">There are two.</exception>
    public static void CheckGoingOn(string option, RevRnnTransformer? model)
    {
        if (model != null)
        {
            throw new ArgumentException(
                $"{option} is set, and Fit was given a model to go on with, which has weights of its own; training starts from one of them only. Leave either out.", option);
        }
    }

    /// <param name="option">The option that holds the model.</param>
    /// <param name="model">The model; null for none.</param>
    /// <param name="network">The network that was asked for.</param>
    /// <exception cref="ArgumentException">It has another cell, or reads in fewer directions.</exception>
    public static void Check(string option, RevLanguageModelTransformer? model, NetworkOptions network)
    {
        if (model == null)
            return;
        if (model.Network.Cell != network.Cell)
        {
            throw new ArgumentException(
                $"The language model to start from has the cell {model.Network.Cell}; {network.Cell} was asked for. Use the method of the same name as its cell.",
                option);
        }
        if (network.Bidirectional)
        {
            throw new ArgumentException(
                $"{nameof(NetworkOptions.Bidirectional)} is set, and {option} too; a language model reads forwards only, so there is nothing for the other " +
                "direction to start from. Leave one of them out.",
                option);
        }
    }
}
